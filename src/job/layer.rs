//! One file of settings and where in it each setting stands.

use super::{Overrides, Problem};
use crate::error::{Error, Result};
use granit_parser::{Event, Parser, Span};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// The settings of one origin, laid over those of the origins before it.
pub(super) struct Layer {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) problems: Vec<Problem>,
    /// Whether the text is YAML at all.
    pub(super) is_readable: bool,
    text: String,
    /// JSON pointer of a setting → line and column, both from 1.
    places: BTreeMap<String, (usize, usize)>,
}

impl Layer {
    pub(super) fn read(path: &Path, overrides: &Overrides) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::File {
            path: path.display().to_string(),
            source,
        })?;
        Ok(Self::parse(&path.display().to_string(), &text, overrides))
    }

    pub(super) fn parse(name: &str, text: &str, overrides: &Overrides) -> Self {
        let mut layer = Self {
            name: name.to_owned(),
            value: Value::Object(Map::new()),
            problems: Vec::new(),
            is_readable: true,
            text: text.to_owned(),
            places: BTreeMap::new(),
        };
        match serde_saphyr::from_str::<Value>(text) {
            Ok(Value::Null) => {}
            Ok(value) => {
                layer.value = value;
                layer.places = places(text);
                layer.fill_in(overrides);
            }
            Err(error) => {
                layer.is_readable = false;
                layer
                    .problems
                    .push(Problem::of_file(name, error.to_string()));
            }
        }
        layer
    }

    /// `CLIENTELE_OUTPUT__URL=…` sets `output.url`; two underscores go one level down.
    pub(super) fn environment(overrides: &Overrides) -> Self {
        let settings = overrides.environment.iter().filter_map(|(name, value)| {
            let path = name.strip_prefix("CLIENTELE_")?.to_lowercase();
            path.contains("__")
                .then(|| (path.replace("__", "."), value.clone()))
        });
        Self::from_settings("environment", settings)
    }

    /// `--set output.url=…`.
    pub(super) fn command_line(overrides: &Overrides) -> Self {
        let settings = overrides.set.iter().map(|setting| {
            let (path, value) = setting.split_once('=').unwrap_or((setting, ""));
            (path.to_owned(), value.to_owned())
        });
        Self::from_settings("--set", settings)
    }

    fn from_settings(name: &str, settings: impl Iterator<Item = (String, String)>) -> Self {
        let mut layer = Self::parse(name, "", &Overrides::default());
        for (path, text) in settings {
            let value = serde_saphyr::from_str(&text).unwrap_or(Value::String(text));
            let nested = path.rsplit('.').fold(value, |inner, key| {
                Value::Object(Map::from_iter([(key.to_owned(), inner)]))
            });
            lay_over(&mut layer.value, &nested);
        }
        layer
    }

    /// A mistake at the setting `pointer`, or at the nearest one above it that stands in this layer.
    pub(super) fn problem(&self, pointer: &str, message: String) -> Problem {
        let mut above = pointer;
        let place = loop {
            match (self.places.get(above), above.rfind('/')) {
                (Some(place), _) => break Some(*place),
                (None, Some(cut)) => above = &above[..cut],
                (None, None) => break None,
            }
        };
        let snippet = place.and_then(|(line, _)| self.text.lines().nth(line - 1));
        Problem {
            file: self.name.clone(),
            place,
            setting: dotted(pointer),
            message,
            snippet: snippet.map(|line| line.trim_end().to_owned()),
        }
    }

    pub(super) fn has(&self, pointer: &str) -> bool {
        !pointer.is_empty() && self.value.pointer(pointer).is_some()
    }

    /// Puts the environment in the place of every `${NAME}` and `${NAME:-default}`.
    fn fill_in(&mut self, overrides: &Overrides) {
        let mut value = std::mem::take(&mut self.value);
        let mut missing = Vec::new();
        visit_strings(&mut value, "", &mut |pointer, text| {
            fill_in(text, &overrides.environment).unwrap_or_else(|name| {
                missing.push((pointer.to_owned(), name));
                text.to_owned()
            })
        });
        for (pointer, name) in missing {
            let message = format!(
                "the environment has no variable {name}; set it, or write ${{{name}:-default}}"
            );
            self.problems.push(self.problem(&pointer, message));
        }
        self.value = value;
    }
}

/// The JSON pointer of a member of the map at `pointer`.
pub(super) fn member(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Lays `upper` over `lower`: maps are merged key by key, everything else is replaced.
pub(super) fn lay_over(lower: &mut Value, upper: &Value) {
    match (lower, upper) {
        (Value::Object(lower), Value::Object(upper)) => {
            for (key, value) in upper {
                lay_over(lower.entry(key).or_insert(Value::Null), value);
            }
        }
        (lower, upper) => *lower = upper.clone(),
    }
}

fn visit_strings(value: &mut Value, pointer: &str, change: &mut dyn FnMut(&str, &str) -> String) {
    match value {
        Value::String(text) => *text = change(pointer, text),
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                visit_strings(item, &format!("{pointer}/{index}"), change);
            }
        }
        Value::Object(map) => {
            for (key, item) in map.iter_mut() {
                visit_strings(item, &member(pointer, key), change);
            }
        }
        _ => {}
    }
}

/// A JSON pointer as people write it: `output.url`.
pub(super) fn dotted(pointer: &str) -> String {
    pointer
        .trim_start_matches('/')
        .replace('/', ".")
        .replace("~1", "/")
        .replace("~0", "~")
}

/// The text with its variables filled in, or the name of the first that is missing.
fn fill_in(text: &str, environment: &[(String, String)]) -> std::result::Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inner, behind)) = after.split_once('}') else {
            break;
        };
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        let found = environment
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        filled.push_str(before);
        filled.push_str(found.or(default).ok_or_else(|| name.to_owned())?);
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Where each setting stands: the key for members of a map, the item for members of a list.
fn places(text: &str) -> BTreeMap<String, (usize, usize)> {
    let mut reader = PlaceReader {
        parser: Parser::new_from_str(text),
        places: BTreeMap::new(),
    };
    while let Some((event, span)) = reader.next() {
        if !matches!(event, Event::StreamStart | Event::DocumentStart(..)) {
            reader.node(&event, span, "");
        }
    }
    reader.places
}

struct PlaceReader<'text> {
    parser: Parser<'text, granit_parser::StrInput<'text>>,
    places: BTreeMap<String, (usize, usize)>,
}

impl<'text> PlaceReader<'text> {
    fn next(&mut self) -> Option<(Event<'text>, Span)> {
        loop {
            let event = self.parser.next_event()?.ok()?;
            if !matches!(event.0, Event::Comment(..)) {
                return Some(event);
            }
        }
    }

    fn node(&mut self, event: &Event<'text>, span: Span, pointer: &str) {
        self.places
            .entry(pointer.to_owned())
            .or_insert((span.start.line(), span.start.col() + 1));
        match event {
            Event::MappingStart(..) => {
                while let Some((Event::Scalar(key, ..), at)) = self.next() {
                    let member = member(pointer, &key);
                    self.places
                        .insert(member.clone(), (at.start.line(), at.start.col() + 1));
                    let Some((event, span)) = self.next() else {
                        return;
                    };
                    self.node(&event, span, &member);
                }
            }
            Event::SequenceStart(..) => {
                for index in 0.. {
                    let Some((event, span)) = self.next() else {
                        return;
                    };
                    if event == Event::SequenceEnd {
                        return;
                    }
                    self.node(&event, span, &format!("{pointer}/{index}"));
                }
            }
            _ => {}
        }
    }
}
