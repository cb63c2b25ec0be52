//! Proofs over the API, each checked by a program that is not ours: `ct-merkle`.

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use serde_json::{Value, json};
use sha2::Sha256;
use sluis_core::ledger::{Digest, Owner, VerifierKey};

use crate::world::{Answer, World, elsewhere, errors};

/// A signed head, as it was opened with the key that everybody can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    size: u64,
    root: Digest,
}

impl Head {
    async fn open(world: &World, stream: &Value, checkpoint: &Value) -> Self {
        let key = public(world, "verifier-key").await.ok();
        let key = VerifierKey::parse(key["verifierKey"].as_str().unwrap()).unwrap();
        let head = key.open_checkpoint(checkpoint.as_str().unwrap(), stream.as_u64().unwrap());
        let head = head.unwrap();
        Self {
            size: head.size,
            root: head.root,
        }
    }

    fn theirs(self) -> RootHash<Sha256> {
        RootHash::new((*self.root.as_bytes()).into(), self.size)
    }
}

/// Asks without a token.
async fn public(world: &World, path: &str) -> Answer {
    Answer::of(world.service.get(&format!("/v1/ledger/{path}"))).await
}

/// The head of the one stream.
async fn head(world: &World) -> Head {
    let list = public(world, "checkpoints").await.ok();
    let [only] = list["items"].as_array().unwrap().as_slice() else {
        panic!("one replica has one stream: {list}");
    };
    assert_eq!(only["stream"], 1);
    Head::open(world, &only["stream"], &only["checkpoint"]).await
}

async fn records(world: &World, token: &str) -> Vec<Value> {
    let list = world.get(&world.of_school("records?limit=200"), token).await.ok();
    list["items"].as_array().unwrap().clone()
}

/// The hashes of a proof, one behind the other.
fn joined(proof: &Value) -> Vec<u8> {
    let hashes = proof.as_array().unwrap().iter();
    let hashes = hashes.map(|hash| Digest::parse(hash.as_str().unwrap()).unwrap());
    hashes.flat_map(|hash| *hash.as_bytes()).collect()
}

#[actix_web::test]
async fn a_later_checkpoint_is_proved_to_extend_an_earlier_one() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let mut heads = vec![head(&world).await];
    for looks in [1, 3, 8] {
        for _ in 0..looks {
            records(&world, &token).await;
        }
        heads.push(head(&world).await);
    }
    for (number, later) in heads.iter().enumerate() {
        for earlier in &heads[..number] {
            let between = format!("consistency?stream=1&from={}&to={}", earlier.size, later.size);
            let proof = public(&world, &between).await.ok();
            let proof = ConsistencyProof::<Sha256>::try_from_bytes(joined(&proof["proof"])).unwrap();
            assert!(later.theirs().verify_consistency(&earlier.theirs(), &proof).is_ok());
            let other = Head {
                root: Digest::of_leaf(b"another story"),
                ..*earlier
            };
            assert!(later.theirs().verify_consistency(&other.theirs(), &proof).is_err());
        }
    }
    let size = heads[0].size;
    let equal = public(&world, &format!("consistency?stream=1&from={size}&to={size}")).await;
    assert_eq!(equal.ok(), json!({ "proof": [] }));
}

#[actix_web::test]
async fn each_record_is_proved_to_be_in_the_tree_and_looking_is_on_record() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let listed = records(&world, &token).await;
    for record in &listed {
        let id = record["id"].as_str().unwrap();
        let proved = world
            .get(&world.of_school(&format!("records/{id}/proof")), &token)
            .await
            .ok();
        for member in ["stream", "sequence"] {
            assert_eq!(proved[member], record[member]);
        }
        let bytes = proved["record"].as_str().unwrap().as_bytes().to_vec();
        assert_eq!(record["leafHash"], Digest::of_leaf(&bytes).to_string());
        let head = Head::open(&world, &proved["stream"], &proved["checkpoint"]).await;
        let proof = InclusionProof::<Sha256>::from_bytes(joined(&proved["proof"]));
        let position = proved["position"].as_u64().unwrap();
        assert!(head.theirs().verify_inclusion(&bytes, position, &proof).is_ok());
        let altered = [bytes.as_slice(), b" "].concat();
        assert!(head.theirs().verify_inclusion(&altered, position, &proof).is_err());
    }
    let now = records(&world, &token).await;
    let looks = now.iter().filter(|record| record["name"] == "record.prove");
    assert_eq!(looks.count(), listed.len());
}

/// Every leaf, audit path and consistency proof of an export, held against the head in it.
#[actix_web::test]
async fn an_export_is_proved_by_a_program_that_is_not_ours() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let supplier = world.supplier_token("D1").await;
    let search = world.of_school("learners/_search");
    world.post(&search, &supplier, json!({})).await.ok();
    let kept = [head(&world).await];
    let (mut known, mut last) = (json!([]), None::<Head>);
    let mut proved = 0;
    for _ in 0..3 {
        for _ in 0..4 {
            records(&world, &token).await;
        }
        let checkpoints: Vec<Value> = kept
            .iter()
            .map(|head| json!({ "stream": 1, "treeSize": head.size }))
            .collect();
        let body = json!({ "known": known, "checkpoints": checkpoints, "limit": 7 });
        let export = world.post(&world.of_school("records/_export"), &token, body).await.ok();
        let [part] = export["streams"].as_array().unwrap().as_slice() else {
            panic!("one replica has one stream: {export}");
        };
        let head = Head::open(&world, &part["stream"], &part["checkpoint"]).await;
        for exported in part["records"].as_array().unwrap() {
            let bytes = exported["record"].as_str().unwrap().as_bytes().to_vec();
            let path = InclusionProof::<Sha256>::from_bytes(joined(&exported["proof"]));
            let position = exported["position"].as_u64().unwrap();
            assert!(head.theirs().verify_inclusion(&bytes, position, &path).is_ok());
            let altered = [bytes.as_slice(), b" "].concat();
            assert!(head.theirs().verify_inclusion(&altered, position, &path).is_err());
            proved += 1;
        }
        let extends = |earlier: Head, proof: &Value| {
            let proof = ConsistencyProof::<Sha256>::try_from_bytes(joined(proof)).unwrap();
            head.theirs().verify_consistency(&earlier.theirs(), &proof).is_ok()
        };
        for earlier in kept {
            let [of] = part["earlier"].as_array().unwrap().as_slice() else {
                panic!("one was asked for: {part}");
            };
            assert_eq!(of["treeSize"], earlier.size);
            assert!(extends(earlier, &of["proof"]));
            let root = Digest::of_leaf(b"another story");
            assert!(!extends(Head { root, ..earlier }, &of["proof"]));
        }
        match last {
            Some(last) => assert!(extends(last, &part["consistency"])),
            None => assert_eq!(part["consistency"], json!([])),
        }
        last = Some(head);
        known = json!([{ "stream": 1, "sequence": proved, "treeSize": head.size }]);
    }
    assert_eq!(proved, 21);
}

#[actix_web::test]
async fn what_was_never_so_has_no_proof() {
    let world = World::start().await;
    let size = head(&world).await.size;
    for (stream, from, to) in [(1, 1, size + 1), (1, 2, 1), (2, 1, 1)] {
        public(&world, &format!("consistency?stream={stream}&from={from}&to={to}"))
            .await
            .problem(404, "checkpoint_not_found");
    }
    let wrong = public(&world, "consistency?stream=0&from=x&size=4").await;
    let expected = errors([
        ("stream", "out_of_range"),
        ("from", "out_of_range"),
        ("to", "missing"),
        ("size", "unknown_field"),
    ]);
    assert_eq!(wrong.input_errors(), expected);
}

#[actix_web::test]
async fn only_a_school_proves_its_records() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let record = records(&world, &token).await[0]["id"].as_str().unwrap().to_owned();
    let path = world.of_school(&format!("records/{record}/proof"));
    let stranger = elsewhere(&world.service).await;
    let foreign = world.service.token(&stranger, None).await;
    world.get(&path, &foreign).await.problem(404, "school_not_found");
    let supplier = world.supplier_token("D1").await;
    world.get(&path, &supplier).await.problem(403, "role_not_permitted");
    // A record of the operator, by its id.
    let other = world.service.records(Owner::Operator).await[0].draft.id;
    let other = world.of_school(&format!("records/{other}/proof"));
    world.get(&other, &token).await.problem(404, "record_not_found");
}
