//! Untrusted XML, element by element.
//!
//! Refused: a DOCTYPE, any entity that XML does not predefine, and everything beyond the [`Limits`]. Kept in memory:
//! the element at hand. An error names a position, never content.

use std::io::BufRead;

use quick_xml::{
    Error, NsReader, XmlVersion,
    escape::{EscapeError, resolve_predefined_entity},
    events::{BytesRef, BytesStart, Event},
    name::{Namespace, QName, ResolveResult},
};
use sluis_connector_port::ReadError;
use zeroize::Zeroize;

use crate::input::{Bounded, Decoded};

/// What is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes of one tag, or of the text of one element.
    pub piece: usize,
    /// Elements inside each other.
    pub depth: usize,
    /// Attributes of one element.
    pub attributes: usize,
}

impl Limits {
    /// Those of a file, with room for a hundred thousand pupils.
    pub const FILE: Self = Self {
        bytes: 256 * 1024 * 1024,
        piece: 64 * 1024,
        depth: 32,
        attributes: 32,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::FILE
    }
}

/// A reader that walks down and up the elements of a document. It is always *inside* one element: the one that was
/// opened last and is not closed yet.
pub struct Xml<R> {
    reader: NsReader<Bounded<Decoded<R>>>,
    buffer: Vec<u8>,
    limits: Limits,
    depth: usize,
    name: String,
    namespace: Option<String>,
    attributes: Vec<(String, String)>,
}

enum Step {
    Open,
    Close,
    Text,
    Other,
    End,
}

impl<R: BufRead> Xml<R> {
    /// Starts to read, and goes inside the document element.
    ///
    /// # Errors
    /// When there is none, or what stands before it is not allowed.
    pub fn open(input: R, limits: Limits) -> Result<Self, ReadError> {
        let mut reader = NsReader::from_reader(Bounded::new(Decoded::new(input)?, limits.bytes, limits.piece));
        reader.config_mut().expand_empty_elements = true;
        let mut xml = Self {
            reader,
            buffer: Vec::new(),
            limits,
            depth: 0,
            name: String::new(),
            namespace: None,
            attributes: Vec::new(),
        };
        let mut before = String::new();
        let mut anything = false;
        loop {
            match xml.step(&mut before)? {
                Step::Open => return Ok(xml),
                Step::Text if !before.trim().is_empty() => return Err(xml.malformed()),
                Step::Text => {}
                Step::Close | Step::Other => anything = true,
                Step::End if anything => return Err(ReadError::Truncated),
                Step::End => return Err(ReadError::Empty),
            }
        }
    }

    /// The namespace of the element that was opened last.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The local name of the element that was opened last.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An attribute without namespace of the element that was opened last.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(attribute, _)| attribute == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Goes inside the next child element, or, when there is none, leaves the present element and says `false`.
    /// Text between the children has no meaning in these formats.
    ///
    /// # Errors
    /// When the document is not allowed, or breaks off.
    pub fn child(&mut self) -> Result<bool, ReadError> {
        let mut between = String::new();
        loop {
            between.clear();
            match self.step(&mut between)? {
                Step::Open => return Ok(true),
                Step::Close => return Ok(false),
                Step::Text | Step::Other => {}
                Step::End => return Err(ReadError::Truncated),
            }
        }
    }

    /// Reads the text of the present element and leaves it. Elements inside are passed over.
    ///
    /// # Errors
    /// When the text is too long, or the document is not allowed, or breaks off.
    pub fn text(&mut self) -> Result<String, ReadError> {
        let mut text = String::new();
        loop {
            match self.step(&mut text)? {
                Step::Open => self.skip()?,
                Step::Close => return Ok(text),
                Step::Text if text.len() > self.limits.piece => {
                    let limit = self.limits.piece;
                    return Err(ReadError::PieceTooLong { limit });
                }
                Step::Text | Step::Other => {}
                Step::End => return Err(ReadError::Truncated),
            }
        }
    }

    /// Passes over what is left of the present element, and leaves it.
    ///
    /// # Errors
    /// When the document is not allowed, or breaks off.
    pub fn skip(&mut self) -> Result<(), ReadError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.child()?;
        }
        Ok(())
    }

    /// Reads to the end of the document.
    ///
    /// # Errors
    /// When elements are still open at the end, or something stands after the document element.
    pub fn finish(mut self) -> Result<(), ReadError> {
        while self.depth > 0 {
            self.child()?;
        }
        let mut after = String::new();
        loop {
            match self.step(&mut after)? {
                Step::End => return Ok(()),
                Step::Other => {}
                Step::Text if after.trim().is_empty() => {}
                Step::Open | Step::Close | Step::Text => return Err(self.malformed()),
            }
        }
    }

    /// Reads one event; text is appended to `text`.
    fn step(&mut self, text: &mut String) -> Result<Step, ReadError> {
        self.buffer.clear();
        self.reader.get_mut().next_piece();
        let (resolved, event) = match self.reader.read_resolved_event_into(&mut self.buffer) {
            Ok(resolved) => resolved,
            Err(error) => return Err(self.refusal(&error)),
        };
        match event {
            Event::Start(element) => {
                self.namespace = match resolved {
                    ResolveResult::Bound(Namespace(namespace)) => Some(namespace.to_owned()),
                    ResolveResult::Unbound => None,
                    ResolveResult::Unknown(_) => return Err(self.malformed()),
                };
                self.depth += 1;
                if self.depth > self.limits.depth {
                    let limit = self.limits.depth;
                    return Err(ReadError::TooDeep { limit });
                }
                self.name.clear();
                self.name.push_str(element.local_name().as_ref());
                match attributes(&element, self.limits.attributes) {
                    Ok(Some(attributes)) => self.attributes = attributes,
                    Ok(None) => {
                        let limit = self.limits.attributes;
                        return Err(ReadError::TooManyAttributes { limit });
                    }
                    Err(error) => return Err(self.refusal(&error)),
                }
                Ok(Step::Open)
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Step::Close)
            }
            Event::Text(content) => {
                text.push_str(&content.xml10_content());
                Ok(Step::Text)
            }
            Event::CData(content) => {
                text.push_str(&content.xml10_content());
                Ok(Step::Text)
            }
            Event::GeneralRef(reference) => {
                let Some(resolved) = resolve(&reference) else {
                    return Err(if reference.is_char_ref() {
                        self.malformed()
                    } else {
                        ReadError::UndefinedEntity
                    });
                };
                text.push_str(&resolved);
                Ok(Step::Text)
            }
            // XML 1.0, 2.8: a DOCTYPE can define entities that grow without end or read files. None is ever needed.
            Event::DocType(_) => Err(ReadError::Doctype),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => Ok(Step::Other),
            Event::Eof => Ok(Step::End),
            Event::Empty(_) => Err(self.malformed()),
        }
    }

    fn refusal(&self, error: &Error) -> ReadError {
        let input = self.reader.get_ref();
        match error {
            _ if input.stopped().is_some() => input.stopped().cloned().unwrap_or(ReadError::Unreadable),
            Error::Escape(EscapeError::UnrecognizedEntity(..)) => ReadError::UndefinedEntity,
            _ if input.at_end() => ReadError::Truncated,
            Error::Encoding(_) => ReadError::Encoding,
            _ => self.malformed(),
        }
    }

    fn malformed(&self) -> ReadError {
        ReadError::Malformed {
            position: self.reader.buffer_position(),
        }
    }
}

impl<R> Drop for Xml<R> {
    fn drop(&mut self) {
        self.buffer.zeroize();
    }
}

/// The attributes without prefix, or nothing when there are too many of them.
fn attributes(element: &BytesStart<'_>, limit: usize) -> Result<Option<Vec<(String, String)>>, Error> {
    let mut found = Vec::new();
    for (count, attribute) in element.attributes().enumerate() {
        let attribute = attribute?;
        if count >= limit {
            return Ok(None);
        }
        let QName(name) = attribute.key;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
        if !name.contains(':') && name != "xmlns" {
            found.push((name.to_owned(), value.into_owned()));
        }
    }
    Ok(Some(found))
}

fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    if reference.is_char_ref() {
        reference.resolve_char_ref().ok().flatten().map(String::from)
    } else {
        resolve_predefined_entity(reference).map(str::to_owned)
    }
}
