//! Signed notes (C2SP signed-note) with Ed25519, and the two texts that are signed: the head of the tree of a stream (C2SP
//! tlog-checkpoint) and the ends of one owner's chains.

use std::fmt;

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Digest, Owner};

/// The signature type of Ed25519 in the registry of C2SP signed-note.
const ED25519_TYPE: u8 = 0x01;
/// What follows the origin of the log in the first line of a checkpoint, before the number of the stream.
const STREAM: &str = "/stream/";
/// What follows the origin of the log in the first line of the ends of chains.
const CHAIN_HEADS: &str = "/chain-heads";

/// Why a note is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteError {
    /// Not a signed note, or not one of the text that was expected.
    #[error("the note is malformed")]
    Malformed,
    /// No signature by the key that is trusted.
    #[error("the note is not signed by the trusted key")]
    NotSigned,
    /// A signature under the name of the trusted key that is not right.
    #[error("the signature is wrong")]
    WrongSignature,
    /// About another log.
    #[error("the note is about another log")]
    OtherOrigin,
}

/// The key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a verifier key is `name+hash+key`, and a name has no spaces and no `+`")]
pub struct KeyError;

/// The public key of a log, as C2SP writes it: `name+hash+key`. Its name is the origin of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl VerifierKey {
    fn new(name: &str, public: &[u8]) -> Result<Self, KeyError> {
        let valid =
            !name.is_empty() && !name.contains(|sign: char| sign.is_whitespace() || sign.is_control() || sign == '+');
        let public: [u8; 32] = public.try_into().map_err(|_| KeyError)?;
        if !valid {
            return Err(KeyError);
        }
        // C2SP signed-note, "Signatures": SHA-256(name || LF || type || key), first four bytes.
        let mut input = name.as_bytes().to_vec();
        input.extend([b'\n', ED25519_TYPE]);
        input.extend(public);
        let hash = digest(&SHA256, &input);
        let id = hash.as_ref().first_chunk().copied().ok_or(KeyError)?;
        Ok(Self {
            name: name.to_owned(),
            id,
            public,
        })
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// When it is no Ed25519 verifier key, or its hash does not fit.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError);
        };
        let key = STANDARD.decode(key).map_err(|_| KeyError)?;
        let Some((&ED25519_TYPE, public)) = key.split_first() else {
            return Err(KeyError);
        };
        let parsed = Self::new(name, public)?;
        if hex::encode(parsed.id) == id {
            Ok(parsed)
        } else {
            Err(KeyError)
        }
    }

    /// The name: the origin of the log.
    pub fn origin(&self) -> &str {
        &self.name
    }

    /// Opens a signed note: its text, once the signature of this key is verified. Signatures by others are ignored.
    ///
    /// # Errors
    /// When it is no note, or not signed by this key.
    pub fn open<'note>(&self, note: &'note str) -> Result<&'note str, NoteError> {
        let split = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, signatures) = (note.get(..=split), note.get(split + 2..));
        let (Some(text), Some(signatures)) = (text, signatures.and_then(|lines| lines.strip_suffix('\n'))) else {
            return Err(NoteError::Malformed);
        };
        let mut verdict = Err(NoteError::NotSigned);
        for line in signatures.split('\n') {
            let (name, blob) = line
                .strip_prefix("\u{2014} ")
                .and_then(|rest| rest.split_once(' '))
                .ok_or(NoteError::Malformed)?;
            let blob = STANDARD.decode(blob).map_err(|_| NoteError::Malformed)?;
            let (id, signature) = blob.split_first_chunk::<4>().ok_or(NoteError::Malformed)?;
            if name == self.name && *id == self.id {
                UnparsedPublicKey::new(&ED25519, self.public)
                    .verify(text.as_bytes(), signature)
                    .map_err(|_| NoteError::WrongSignature)?;
                verdict = Ok(text);
            }
        }
        verdict
    }

    /// Opens a signed checkpoint.
    ///
    /// # Errors
    /// When it is not signed by this key, or is no checkpoint of this stream of this log.
    pub fn open_checkpoint(&self, note: &str, stream: u64) -> Result<TreeHead, NoteError> {
        let (told, head) = self.open_any_checkpoint(note)?;
        if told == stream {
            Ok(head)
        } else {
            Err(NoteError::OtherOrigin)
        }
    }

    /// Opens a signed checkpoint of whichever stream of this log: the number of the stream, and the head.
    ///
    /// # Errors
    /// When it is not signed by this key, or is no checkpoint of this log.
    pub fn open_any_checkpoint(&self, note: &str) -> Result<(u64, TreeHead), NoteError> {
        let text = self.open(note)?;
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).map_err(|_| NoteError::Malformed)?;
        let origin = checkpoint.origin();
        let number = origin
            .strip_prefix(&self.name)
            .and_then(|rest| rest.strip_prefix(STREAM));
        let stream = number.and_then(|number| number.parse().ok());
        let stream = stream.filter(|&stream| self.stream_origin(stream) == origin);
        let head = TreeHead {
            size: checkpoint.size(),
            root: (*checkpoint.hash()).into(),
        };
        Ok((stream.ok_or(NoteError::OtherOrigin)?, head))
    }

    /// Whether a note says of itself that it has the ends of chains. It is not opened.
    pub(super) fn is_chain_heads(note: &str) -> bool {
        note.lines().next().is_some_and(|origin| origin.ends_with(CHAIN_HEADS))
    }

    /// Opens the signed ends of the chains of an owner, one for each stream and in the order of their numbers.
    ///
    /// # Errors
    /// When it is not signed by this key, or is not about this owner in this log.
    pub fn open_chain_heads(&self, note: &str, owner: Owner) -> Result<Vec<ChainHead>, NoteError> {
        let text = self.open(note)?;
        let mut lines = text.lines();
        let (Some(origin), Some(whose)) = (lines.next(), lines.next()) else {
            return Err(NoteError::Malformed);
        };
        if origin.strip_suffix(CHAIN_HEADS) != Some(&self.name) || whose != owner.to_string() {
            return Err(NoteError::OtherOrigin);
        }
        let heads = lines.map(ChainHead::parse).collect::<Option<Vec<_>>>();
        let heads = heads.ok_or(NoteError::Malformed)?;
        if heads.is_sorted_by(|one, next| one.stream < next.stream) {
            Ok(heads)
        } else {
            Err(NoteError::Malformed)
        }
    }

    /// The origin of a stream: each is a log of its own to who checks it.
    fn stream_origin(&self, stream: u64) -> String {
        format!("{}{STREAM}{stream}", self.name)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend(self.public);
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(key))
    }
}

/// The head of the tree: what a checkpoint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// The number of records.
    pub size: u64,
    /// The root.
    pub root: Digest,
}

/// The last record of a chain, or the place before its first: sequence 0 and a hash of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The number of the record in the chain.
    pub sequence: u64,
    /// The hash of its leaf.
    pub hash: Digest,
}

impl Link {
    /// The place before the first record.
    pub const START: Self = Self {
        sequence: 0,
        hash: Digest::ZERO,
    };
}

/// What the log says of one owner's chain in a stream at a size of its tree. It is signed, so that records cut off at the end
/// show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// The stream.
    pub stream: u64,
    /// The last record of the chain.
    pub link: Link,
    /// The size of the tree for which this holds.
    pub tree_size: u64,
}

impl ChainHead {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let head = Self {
            stream: words.next()?.parse().ok()?,
            link: Link {
                sequence: words.next()?.parse().ok()?,
                hash: Digest::parse(words.next()?).ok()?,
            },
            tree_size: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(head)
    }
}

/// Signs the heads of one log.
pub struct NoteSigner {
    pair: Ed25519KeyPair,
    key: VerifierKey,
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteSigner({})", self.key)
    }
}

impl NoteSigner {
    /// The signer of a log, from its origin (a name without spaces and `+`, for example `sluis.example/log/1`) and the
    /// 32 secret bytes of its key.
    ///
    /// # Errors
    /// When the origin cannot be a name.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError)?;
        let key = VerifierKey::new(origin, pair.public_key().as_ref())?;
        Ok(Self { pair, key })
    }

    /// The public key to hand out.
    pub const fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// Signs a checkpoint of a stream.
    pub fn checkpoint(&self, stream: u64, head: TreeHead) -> String {
        let root = STANDARD.encode(head.root.as_bytes());
        self.sign(format!("{}\n{}\n{root}\n", self.key.stream_origin(stream), head.size))
    }

    /// Signs the ends of the chains of an owner, which are in the order of their streams.
    pub fn chain_heads(&self, owner: Owner, heads: &[ChainHead]) -> String {
        let mut text = format!("{}{CHAIN_HEADS}\n{owner}\n", self.key.name);
        for ChainHead {
            stream,
            link: Link { sequence, hash },
            tree_size,
        } in heads
        {
            text.push_str(&format!("{stream} {sequence} {hash} {tree_size}\n"));
        }
        self.sign(text)
    }

    fn sign(&self, mut text: String) -> String {
        let mut blob = self.key.id.to_vec();
        blob.extend(self.pair.sign(text.as_bytes()).as_ref());
        text.push_str(&format!("\n\u{2014} {} {}\n", self.key.name, STANDARD.encode(blob)));
        text
    }
}
