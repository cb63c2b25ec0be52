use ct_merkle::{ConsistencyProof, InclusionProof, RootHash, mem_backed_tree::MemoryBackedTree};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;

type Other = MemoryBackedTree<Sha256, Vec<u8>>;

fn leaf(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// The same tree by two programs.
struct Both {
    ours: Log,
    other: Other,
}

fn both(size: u64) -> Both {
    let mut ours = Log::default();
    let mut other = Other::new();
    for number in 0..size {
        let hash = Digest::of_leaf(&leaf(number));
        ours.nodes.extend(ours.frontier.push(hash));
        ours.records.push(StoredRecord {
            position: number,
            owner: [0; 16],
            sequence: 0,
            bytes: Vec::new(),
            leaf: hash,
            subject: None,
            lines: Vec::new(),
        });
        other.push(leaf(number));
    }
    Both { ours, other }
}

fn root(digest: Digest, size: u64) -> RootHash<Sha256> {
    RootHash::new((*digest.as_bytes()).into(), size)
}

fn joined(proof: &[Digest]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn an_independent_program_agrees(size in 1_u64..700, at in 0_u64..700, before in 1_u64..700) {
        let (at, before) = (at % size, before % size + 1);
        let Both { ours, other } = both(size);
        let head = ours.tree_head();
        let theirs = other.root();
        prop_assert_eq!(head.root.as_bytes().as_slice(), theirs.as_bytes().as_slice());

        let needs = Needs::default();
        needs.inclusion(size, at).unwrap();
        needs.consistency(size, before).unwrap();
        let tiles = ours.tiles(needs);

        let path = tiles.inclusion(size, at).unwrap();
        let theirs = other.prove_inclusion(usize::try_from(at).unwrap());
        prop_assert_eq!(&joined(&path), theirs.as_bytes());
        let theirs = InclusionProof::<Sha256>::from_bytes(joined(&path));
        prop_assert!(root(head.root, size).verify_inclusion(&leaf(at), at, &theirs).is_ok());
        prop_assert!(includes(size, head.root, at, Digest::of_leaf(&leaf(at)), &path));
        prop_assert!(!includes(size, head.root, at, Digest::of_leaf(&leaf(at + 1)), &path));

        let earlier = both(before).ours.tree_head();
        let proof = tiles.consistency(size, before).unwrap();
        prop_assert!(extends(size, head.root, before, earlier.root, &proof));
        prop_assert!(!extends(size, head.root, before, Digest::ZERO, &proof));
        if before < size {
            let theirs = ConsistencyProof::<Sha256>::try_from_bytes(joined(&proof)).unwrap();
            prop_assert!(root(head.root, size).verify_consistency(&root(earlier.root, before), &theirs).is_ok());
        }
    }

    #[test]
    fn no_proof_makes_the_check_fall_over(
        size in any::<u64>(), at in any::<u64>(), proof in proptest::collection::vec(any::<[u8; 32]>(), 0..70)
    ) {
        let proof: Vec<_> = proof.into_iter().map(Digest::from_bytes).collect();
        prop_assert!(!includes(size, Digest::ZERO, at, Digest::ZERO, &proof));
        prop_assert!(!extends(size, Digest::ZERO, at, Digest::from_bytes([1; 32]), &proof));
    }
}

#[test]
fn proofs_reach_over_levels_of_tiles() {
    let size = TILE_WIDTH * TILE_WIDTH + 300;
    let ours = both(size).ours;
    let head = ours.tree_head();
    assert_eq!(ours.nodes.iter().map(|node| node.level).max(), Some(2));
    for at in [0, 255, 256, 65_535, 65_536, size - 1] {
        let needs = Needs::default();
        needs.inclusion(size, at).unwrap();
        let path = ours.tiles(needs).inclusion(size, at).unwrap();
        assert!(
            includes(size, head.root, at, Digest::of_leaf(&leaf(at)), &path),
            "leaf `{at}`"
        );
    }
}

#[test]
fn a_frontier_comes_back_from_its_bytes() {
    for size in [0, 1, 255, 256, 1_000] {
        let frontier = both(size).ours.frontier;
        assert_eq!(Frontier::restore(size, &frontier.to_bytes()), Ok(frontier));
    }
    let frontier = both(6).ours.frontier;
    assert!(Frontier::restore(7, &frontier.to_bytes()).is_err());
    assert!(Frontier::restore(6, &frontier.to_bytes()[1..]).is_err());
}

#[test]
fn what_is_outside_the_tree_has_no_proof() {
    let tiles = Tiles::default();
    assert!(tiles.inclusion(5, 5).is_err());
    assert!(tiles.inclusion(5, 1).is_err(), "its tile is missing");
    assert!(tiles.consistency(5, 6).is_err());
    assert!(Needs::default().inclusion(5, 5).is_err());
}
