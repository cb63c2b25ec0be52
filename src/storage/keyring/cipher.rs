//! AES-256-GCM with a nonce of our own random source, and the one way to bind a value to its place.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sluis_core::random::{self, Random};
use zeroize::Zeroizing;

use super::error::KeyringError;

/// Encrypts to nonce, text and tag, appended to `head`. The head is authenticated too.
///
/// A random nonce of 96 bits serves 2^32 values per key (NIST SP 800-38D, 8.3); a school has thousands.
pub(super) fn seal(
    key: &LessSafeKey,
    random: &dyn Random,
    head: Vec<u8>,
    place: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, KeyringError> {
    let nonce: [u8; NONCE_LEN] = random::bytes(random);
    let mut text = Zeroizing::new(plain.to_vec());
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad(&head, place), &mut text)
        .map_err(|_| KeyringError::TooLong)?;
    let mut sealed = head;
    sealed.reserve(nonce.len() + text.len() + tag.as_ref().len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&text);
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// Decrypts what [`seal`] made with the same head and place.
pub(super) fn open(
    key: &LessSafeKey,
    head: &[u8],
    place: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
    let (nonce, text) = sealed
        .strip_prefix(head)
        .and_then(|body| body.split_first_chunk::<NONCE_LEN>())
        .ok_or(KeyringError::Unreadable)?;
    let mut buffer = Zeroizing::new(text.to_vec());
    let length = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), aad(head, place), &mut buffer)
        .map_err(|_| KeyringError::Unreadable)?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}

/// The key of these bytes.
pub(super) fn key(bytes: &[u8; 32]) -> Result<LessSafeKey, KeyringError> {
    UnboundKey::new(&AES_256_GCM, bytes)
        .map(LessSafeKey::new)
        .map_err(|_| KeyringError::Unreadable)
}

/// Parts with their lengths in front: no two lists of parts make the same bytes.
pub(super) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

fn aad(head: &[u8], place: &[u8]) -> Aad<Vec<u8>> {
    Aad::from(framed(&[head, place]))
}
