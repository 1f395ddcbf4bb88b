//! Elements of HTML and SVG: always closed, and text always escaped.

use std::fmt;

/// An element.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Node>,
}

#[derive(Debug, Clone)]
enum Node {
    Element(Element),
    Text(String),
    /// A style sheet, which is not escaped.
    Style(&'static str),
}

/// An element without anything.
pub(super) fn tag(name: &'static str) -> Element {
    Element {
        name,
        attributes: Vec::new(),
        children: Vec::new(),
    }
}

impl Element {
    /// With an attribute.
    pub(super) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// With a class.
    pub(super) fn class(self, class: &str) -> Self {
        self.with("class", class)
    }

    /// With text behind what it has.
    pub(super) fn text(mut self, text: impl fmt::Display) -> Self {
        self.children.push(Node::Text(text.to_string()));
        self
    }

    /// With a style sheet of ours.
    pub(super) fn style(mut self, sheet: &'static str) -> Self {
        self.children.push(Node::Style(sheet));
        self
    }

    /// With an element behind what it has.
    pub(super) fn child(mut self, child: Element) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// With elements behind what it has.
    pub(super) fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Self::child)
    }
}

impl fmt::Display for Element {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(out, " {name}=\"{}\"", escaped(value))?;
        }
        out.write_str(">")?;
        for child in &self.children {
            match child {
                Node::Element(element) => write!(out, "{element}")?,
                Node::Text(text) => out.write_str(&escaped(text))?,
                Node::Style(sheet) => out.write_str(sheet)?,
            }
        }
        match self.name {
            "meta" => Ok(()),
            name => write!(out, "</{name}>"),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
