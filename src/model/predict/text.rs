//! A fitted model as text, and back: a line per feature, coefficient or node, numbers to the last
//! digit.

use std::fmt::{self, Display, Formatter};
use std::str::{FromStr, SplitWhitespace};

use super::boosted::Boosted;
use super::design::Column;
use super::fitted::{Fitted, Model};
use super::linear::{Estimated, Linear};
use super::loss::Loss;
use super::tree::{Node, Question, Tree};
use crate::{Error, Result};

/// What text of this form begins with.
const HEAD: &str = "prediction 1";

impl Display for Fitted {
    fn fmt(&self, to: &mut Formatter) -> fmt::Result {
        writeln!(to, "{HEAD}\nloss {}", self.loss)?;
        for name in &self.names {
            writeln!(to, "feature {}", name.replace('\n', " "))?;
        }
        match &self.model {
            Model::Linear(linear) => write_linear(linear, to),
            Model::Boosted(boosted) => write_boosted(boosted, to),
        }
    }
}

fn write_linear(linear: &Linear, to: &mut Formatter) -> fmt::Result {
    let Estimated {
        value,
        standard_error,
    } = linear.intercept;
    writeln!(to, "linear {value:e} {standard_error:e}")?;
    for (
        column,
        Estimated {
            value,
            standard_error,
        },
    ) in &linear.terms
    {
        let Column {
            feature,
            is_indicator,
            fill,
            mean,
            deviation,
        } = column;
        writeln!(
            to,
            "term {feature} {is_indicator} {fill:e} {mean:e} {deviation:e} {value:e} {standard_error:e}"
        )?;
    }
    Ok(())
}

fn write_boosted(boosted: &Boosted, to: &mut Formatter) -> fmt::Result {
    writeln!(to, "boosted {:e}", boosted.start)?;
    for tree in &boosted.trees {
        writeln!(to, "tree")?;
        for Node { value, question } in &tree.0 {
            match question {
                None => writeln!(to, "leaf {value:e}")?,
                Some(Question {
                    feature,
                    threshold,
                    missing_left,
                    left,
                }) => {
                    writeln!(
                        to,
                        "node {value:e} {feature} {threshold:e} {missing_left} {left}"
                    )?;
                }
            }
        }
    }
    Ok(())
}

impl FromStr for Fitted {
    type Err = Error;

    /// # Errors
    /// - `Unreadable`: a line that says something else than it must
    fn from_str(text: &str) -> Result<Self> {
        let mut lines = Lines {
            lines: text.split_terminator('\n').collect(),
            read: 0,
        };
        lines
            .take(HEAD)
            .filter(|rest| rest.is_empty())
            .ok_or(lines.wrong())?;
        let loss = lines.loss()?;
        let names: Vec<String> = std::iter::from_fn(|| lines.take("feature "))
            .map(str::to_owned)
            .collect();
        let model = if let Some(rest) = lines.take("linear ") {
            Model::Linear(lines.linear(rest, names.len())?)
        } else {
            Model::Boosted(lines.boosted(names.len())?)
        };
        if lines.read < lines.lines.len() {
            lines.read += 1;
            return Err(lines.wrong());
        }
        Ok(Self { names, loss, model })
    }
}

/// The lines, and how many of them have been read.
struct Lines<'a> {
    lines: Vec<&'a str>,
    read: usize,
}

impl<'a> Lines<'a> {
    /// The rest of the next line, if it begins with `key`.
    fn take(&mut self, key: &str) -> Option<&'a str> {
        let rest = self.lines.get(self.read)?.strip_prefix(key)?;
        self.read += 1;
        Some(rest)
    }

    /// Names the line at which reading stopped.
    fn wrong(&self) -> Error {
        Error::Unreadable { line: self.read }
    }

    fn word<T: FromStr>(&self, words: &mut SplitWhitespace) -> Result<T> {
        let word = words.next().and_then(|word| word.parse().ok());
        word.ok_or_else(|| self.wrong())
    }

    fn feature(&self, words: &mut SplitWhitespace, features: usize) -> Result<usize> {
        let feature = self.word(words)?;
        if feature < features {
            Ok(feature)
        } else {
            Err(self.wrong())
        }
    }

    fn loss(&mut self) -> Result<Loss> {
        let rest = self.take("loss ").ok_or(self.wrong())?;
        match rest.split_once(' ') {
            None if rest == "logistic" => Ok(Loss::Logistic),
            None if rest == "squared" => Ok(Loss::Squared),
            Some(("tweedie", power)) => {
                let power = self.word(&mut power.split_whitespace())?;
                Ok(Loss::Tweedie { power })
            }
            _ => Err(self.wrong()),
        }
    }

    fn estimated(&self, words: &mut SplitWhitespace) -> Result<Estimated> {
        Ok(Estimated {
            value: self.word(words)?,
            standard_error: self.word(words)?,
        })
    }

    fn linear(&mut self, intercept: &str, features: usize) -> Result<Linear> {
        let intercept = self.estimated(&mut intercept.split_whitespace())?;
        let mut terms = Vec::new();
        while let Some(rest) = self.take("term ") {
            let words = &mut rest.split_whitespace();
            let column = Column {
                feature: self.feature(words, features)?,
                is_indicator: self.word(words)?,
                fill: self.word(words)?,
                mean: self.word(words)?,
                deviation: self.word(words)?,
            };
            terms.push((column, self.estimated(words)?));
        }
        Ok(Linear { intercept, terms })
    }

    fn boosted(&mut self, features: usize) -> Result<Boosted> {
        let start = self.take("boosted ").ok_or(self.wrong())?;
        let start = self.word(&mut start.split_whitespace())?;
        let mut trees = Vec::new();
        while self.take("tree").is_some() {
            trees.push(self.tree(features)?);
        }
        Ok(Boosted { start, trees })
    }

    fn tree(&mut self, features: usize) -> Result<Tree> {
        let mut nodes = Vec::new();
        loop {
            if let Some(rest) = self.take("leaf ") {
                let value = self.word(&mut rest.split_whitespace())?;
                nodes.push(Node {
                    value,
                    question: None,
                });
            } else if let Some(rest) = self.take("node ") {
                let words = &mut rest.split_whitespace();
                let value = self.word(words)?;
                let question = Question {
                    feature: self.feature(words, features)? as u32,
                    threshold: self.word(words)?,
                    missing_left: self.word(words)?,
                    left: self.word(words)?,
                };
                nodes.push(Node {
                    value,
                    question: Some(question),
                });
            } else {
                break;
            }
        }
        // Children come after their parent, so that every way ends.
        let leads_on = |(index, node): (usize, &Node)| {
            let left = node.question.map(|question| question.left as usize);
            left.is_none_or(|left| left > index && left + 1 < nodes.len())
        };
        if nodes.is_empty() || !nodes.iter().enumerate().all(leads_on) {
            return Err(self.wrong());
        }
        Ok(Tree(nodes))
    }
}

#[cfg(test)]
mod tests {
    use super::Fitted;
    use crate::Error;

    const TREE: &str = "prediction 1\nloss tweedie 1.5e0\nfeature days since\nboosted 2e-1\ntree\nnode 1e0 0 5e-1 true 1\nleaf -3e0\nleaf 4e0\n";

    #[test]
    fn text_that_is_read_is_written_again() {
        let fitted: Fitted = TREE.parse().expect("a model");
        assert_eq!(fitted.to_string(), TREE);
        assert_eq!(fitted.names(), ["days since"]);
        let line = "prediction 1\nloss logistic\nfeature a\nlinear 1e-300 5e-324\nterm 0 false 0e0 -1e0 2e0 3e0 1e-1\n";
        let fitted: Fitted = line.parse().expect("a model");
        assert_eq!(fitted.to_string(), line);
    }

    #[test]
    fn text_that_would_lead_nowhere_is_refused_at_its_line() {
        for (from, to, line) in [
            ("prediction 1", "prediction 2", 0),
            ("prediction 1", "prediction 12", 1),
            ("tweedie", "hinge", 2),
            ("2e-1", "two", 4),
            ("true 1", "true 0", 8),         // in a circle
            ("true 1", "true 2", 8),         // beyond the end
            ("node 1e0 0", "node 1e0 1", 6), // no such feature
            ("leaf 4e0", "term 4e0", 8),
        ] {
            let told = TREE.replace(from, to).parse::<Fitted>();
            assert!(
                matches!(told, Err(Error::Unreadable { line: at }) if at.abs_diff(line) <= 1),
                "{to}: {told:?}"
            );
        }
        assert!("".parse::<Fitted>().is_err());
    }
}
