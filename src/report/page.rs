//! The page: one file of HTML with its drawings and its style, without a script.

use super::chart::Caption;
use super::draw::Pen;
use super::markup::{Element, tag};
use super::story::{Answered, Story};

const STYLE: &str = include_str!("page.css");

/// A whole document.
pub(super) fn document(
    language: &str,
    title: &str,
    body: impl IntoIterator<Item = Element>,
) -> String {
    let head = tag("head")
        .child(tag("meta").with("charset", "utf-8"))
        .child(
            tag("meta")
                .with("name", "viewport")
                .with("content", "width=device-width, initial-scale=1"),
        )
        .child(tag("title").text(title))
        .child(tag("style").style(STYLE));
    let html = tag("html")
        .with("lang", language)
        .child(head)
        .child(tag("body").children(body));
    format!("<!DOCTYPE html>\n{html}\n")
}

impl Story {
    /// The page.
    #[must_use]
    pub fn page(&self) -> String {
        let title = format!("{} · {}", self.job, self.locale.date(self.run_date));
        let since = self.previous_date.map_or_else(String::new, |date| {
            let since = self
                .word("since")
                .replace("{date}", &self.locale.date(date));
            format!(" · {since}")
        });
        let header = tag("header")
            .child(tag("h1").text(self.word("title")))
            .child(tag("p").class("soft").text(title.as_str()).text(since))
            .child(self.today())
            .child(self.contents());
        let chapters = self
            .chapters
            .iter()
            .enumerate()
            .map(|(number, (chapter, figures))| {
                let title = self.words.chapters[*chapter].title.of(self.locale.language);
                tag("section")
                    .with("id", format!("chapter-{number}"))
                    .child(tag("h2").text(title))
                    .children(figures.iter().map(|figure| self.figure(figure)))
            });
        let hidden = self
            .word("suppressed")
            .replace("{least}", &self.least.to_string());
        let footer = tag("footer")
            .child(tag("p").text(hidden))
            .child(tag("p").text(format!("clientele {}", self.engine_version)));
        document(
            self.locale.tag(),
            &title,
            [header, tag("main").children(chapters), footer],
        )
    }

    fn word(&self, name: &str) -> &str {
        self.words.page(name, self.locale.language)
    }

    /// What is so today, with its change.
    fn today(&self) -> Element {
        let facts = self.facts.iter().map(|fact| {
            let told = tag("div")
                .child(tag("dt").text(self.words.column(&fact.column, self.locale.language)))
                .child(tag("dd").text(fact.now.written(&self.words, &self.locale)));
            match self.written_change(fact) {
                Some(change) => told.child(tag("dd").class("change").text(change)),
                None => told,
            }
        });
        tag("dl").class("facts").children(facts)
    }

    fn contents(&self) -> Element {
        let titles = self
            .chapters
            .iter()
            .enumerate()
            .map(|(number, (chapter, _))| {
                let title = self.words.chapters[*chapter].title.of(self.locale.language);
                tag("li").child(
                    tag("a")
                        .with("href", format!("#chapter-{number}"))
                        .text(title),
                )
            });
        tag("nav")
            .with("aria-label", self.word("contents"))
            .child(tag("ol").children(titles))
    }

    fn figure(&self, answered: &Answered) -> Element {
        let figure = answered.figure(&self.words);
        // no line breaks between a minus and the sign of a currency
        let answer = answered.answer.join(" ").replace('−', "−\u{2060}");
        let pen = Pen {
            words: &self.words,
            locale: &self.locale,
        };
        let title = figure.title.of(self.locale.language);
        let caption = Caption {
            id: &figure.sql,
            title,
            description: &answer,
        };
        let chart = pen.chart(figure, &answered.rows, &caption);
        let mut whole = tag("figure")
            .with("id", format!("figure-{}", figure.sql))
            .child(tag("h3").text(title));
        if !answer.is_empty() {
            whole = whole.child(tag("p").class("answer").text(&answer));
        }
        let table = tag("div")
            .class("scrolled")
            .with("tabindex", 0)
            .with("role", "region")
            .with("aria-label", title)
            .child(pen.table(&answered.rows));
        match chart {
            Some(chart) => whole.child(chart).child(
                tag("details")
                    .child(tag("summary").text(self.word("rows")))
                    .child(table),
            ),
            None => whole.child(table),
        }
    }
}
