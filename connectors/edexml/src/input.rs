//! The bytes beneath the parser: brought to UTF-8, counted, and cut off at the limits.

use std::io::{self, BufRead, Chain, Cursor, Read};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use quick_xml::events::{BytesDecl, BytesStart};
use sluis_connector_port::ReadError;

/// An XML declaration is shorter than this.
const HEAD: u64 = 1024;
/// The most that is handed out at once, so that the limits are looked at in between.
const CHUNK: usize = 8 * 1024;

/// A source whose first bytes were looked at already.
type Rest<R> = Chain<Cursor<Vec<u8>>, R>;

/// A source in UTF-8, whatever the XML declaration says it is.
pub(crate) enum Decoded<R> {
    /// UTF-8, checked by the parser.
    Utf8(Rest<R>),
    /// Windows-1252, of which ISO-8859-1 is the printable part.
    Windows1252 {
        source: Rest<R>,
        decoded: Vec<u8>,
        used: usize,
    },
}

impl<R: BufRead> Decoded<R> {
    /// Finds out the encoding as XML 1.0, appendix F, has it: byte order mark, then declaration, else UTF-8.
    pub(crate) fn new(mut source: R) -> Result<Self, ReadError> {
        let mut head = Vec::new();
        source
            .by_ref()
            .take(HEAD)
            .read_until(b'>', &mut head)
            .map_err(|_| ReadError::Unreadable)?;
        let encoding = declared(&head)?;
        let source = Cursor::new(head).chain(source);
        Ok(if encoding == WINDOWS_1252 {
            Self::Windows1252 {
                source,
                decoded: Vec::new(),
                used: 0,
            }
        } else {
            Self::Utf8(source)
        })
    }
}

fn declared(head: &[u8]) -> Result<&'static Encoding, ReadError> {
    let utf16 = [&b"\xFE\xFF"[..], b"\xFF\xFE", b"\0<", b"<\0"];
    if utf16.iter().any(|start| head.starts_with(start)) {
        return Err(ReadError::Encoding);
    }
    if head.starts_with(b"\xEF\xBB\xBF") {
        return Ok(UTF_8);
    }
    let Some(declaration) = head.strip_prefix(b"<?xml").and_then(|rest| rest.strip_suffix(b"?>")) else {
        return Ok(UTF_8);
    };
    let declaration = std::str::from_utf8(declaration).map_err(|_| ReadError::Encoding)?;
    match BytesDecl::from_start(BytesStart::from_content(declaration, 0)).encoding() {
        None => Ok(UTF_8),
        Some(label) => label
            .ok()
            .and_then(|label| Encoding::for_label(label.as_bytes()))
            .filter(|encoding| [UTF_8, WINDOWS_1252].contains(encoding))
            .ok_or(ReadError::Encoding),
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Utf8(source) => source.fill_buf(),
            Self::Windows1252 { source, decoded, used } => {
                if *used == decoded.len() {
                    let bytes = source.fill_buf()?;
                    let bytes = bytes.get(..CHUNK).unwrap_or(bytes);
                    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
                    decoded.clear();
                    decoded.extend_from_slice(text.as_bytes());
                    *used = 0;
                    let read = bytes.len();
                    source.consume(read);
                }
                Ok(decoded.get(*used..).unwrap_or_default())
            }
        }
    }

    fn consume(&mut self, amount: usize) {
        match self {
            Self::Utf8(source) => source.consume(amount),
            Self::Windows1252 { used, .. } => *used += amount,
        }
    }
}

/// A source that stops at a limit, remembers which, and knows whether its end was reached.
pub(crate) struct Bounded<R> {
    source: R,
    total_limit: u64,
    total: u64,
    piece_limit: usize,
    piece: usize,
    stopped: Option<ReadError>,
    at_end: bool,
}

impl<R: BufRead> Bounded<R> {
    pub(crate) const fn new(source: R, total_limit: u64, piece_limit: usize) -> Self {
        Self {
            source,
            total_limit,
            total: 0,
            piece_limit,
            piece: 0,
            stopped: None,
            at_end: false,
        }
    }

    /// Starts to count a new piece of text or markup.
    pub(crate) const fn next_piece(&mut self) {
        self.piece = 0;
    }

    /// Why it stopped, if it did.
    pub(crate) fn stopped(&self) -> Option<&ReadError> {
        self.stopped.as_ref()
    }

    /// Whether the parser has seen the end of the source.
    pub(crate) const fn at_end(&self) -> bool {
        self.at_end
    }

    fn stop<T>(&mut self, error: ReadError) -> io::Result<T> {
        let stopped = io::Error::other(error.clone());
        self.stopped = Some(error);
        Err(stopped)
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.total > self.total_limit {
            let limit = self.total_limit;
            return self.stop(ReadError::TooLarge { limit });
        }
        if self.piece > self.piece_limit {
            let limit = self.piece_limit;
            return self.stop(ReadError::PieceTooLong { limit });
        }
        match self.source.fill_buf() {
            Ok(bytes) => {
                self.at_end = bytes.is_empty();
                Ok(bytes.get(..CHUNK).unwrap_or(bytes))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(_) => {
                self.stopped = Some(ReadError::Unreadable);
                Err(io::Error::other(ReadError::Unreadable))
            }
        }
    }

    fn consume(&mut self, amount: usize) {
        self.total = self.total.saturating_add(u64::try_from(amount).unwrap_or(u64::MAX));
        self.piece = self.piece.saturating_add(amount);
        self.source.consume(amount);
    }
}
