//! Each of the five documents is played: the repaired one as what holds between a board and a supplier, and where it matters the
//! document as it stands. One file per document; what a document brings is in the catalogue of the design.
//!
//! The supplier of the world takes the place of who made the document. People are those of the invented school.

mod leapo;
mod mbo;
mod op_school;
mod qompas;
mod qubo;

use std::{fs, path::Path};

use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_core::{
    agreement::Annex,
    time::{Clock, Timestamp},
};

use crate::{
    rosters::{FIRST, snapshot},
    world::{Answer, World},
};

const HOUR: i64 = 3_600;

/// Who asks.
#[derive(Clone, Copy)]
enum By {
    Board,
    School,
    Supplier,
}

/// A document of the examples.
fn document(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/agreements");
    serde_json::from_slice(&fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap()
}

/// The same, repaired so that it can run.
fn repaired(name: &str) -> Value {
    document(&format!("{name}.repaired"))
}

/// A school whose board agreed to a document, with a roster and the product on for everybody.
struct Story {
    world: World,
    /// As the sides read it.
    agreement: Value,
}

impl Story {
    /// The agreement holds, and the roster came in.
    async fn of(document: &Value) -> Self {
        Self::told_in(World::bare().await, document).await
    }

    async fn told_in(world: World, document: &Value) -> Self {
        let story = Self::agreed(world, document).await;
        story.world.import(snapshot(FIRST)).await;
        story
    }

    /// The agreement holds, and nobody is known yet.
    async fn agreed(world: World, document: &Value) -> Self {
        let annex = Annex::parse(document.to_string().as_bytes()).unwrap();
        world.agree_about(&world.supplier, ActivationScope::School, annex).await;
        let token = world.service.token(&world.supplier.client, None).await;
        let agreements = world.get("/v1/agreements", &token).await.ok();
        let path = format!("/v1/agreements/{}", id(&agreements["items"][0]));
        let agreement = world.get(&path, &token).await.ok();
        Self { world, agreement }
    }

    async fn post(&self, by: By, path: &str, body: Value) -> Answer {
        post(&self.world, by, path, body).await
    }

    async fn get(&self, by: By, path: &str) -> Answer {
        self.world.get(path, &token(&self.world, by).await).await
    }

    /// What the school does under its own path.
    async fn at_school(&self, path: &str, body: Value) -> Answer {
        self.post(By::School, &self.world.of_school(path), body).await
    }

    /// Takes a step in a matter.
    async fn step(&self, by: By, matter: &Value, body: Value) -> Answer {
        self.post(by, &format!("/v1/matters/{}/_step", id(matter)), body).await
    }

    /// The supplier asks for a list of pupils.
    async fn search(&self, purpose: &str, attributes: &[&str]) -> Answer {
        let token = self.world.supplier_token(purpose).await;
        let body = json!({ "attributes": attributes, "limit": 200 });
        self.world
            .post(&self.world.of_school("learners/_search"), &token, body)
            .await
    }

    /// The school approves a part, by an act or in another form.
    async fn approve(&self, part: &str, form: &str) -> Answer {
        let body = json!({ "agreement": self.agreement["id"], "module": part, "form": form });
        self.at_school("approvals", body).await
    }

    /// The supplier offers a newer document, and the board accepts it: it takes the place of the older one.
    async fn renewed(&mut self, document: &Value) {
        self.world.service.clock.advance_secs(60);
        let offered = offer(&self.world, document).await.ok();
        accept(&self.world, &offered, json!({})).await.ok();
        self.agreement = offered;
    }

    /// The claims of the login of a pupil that are attributes.
    async fn claims(&self, username: &str) -> Value {
        let supplier = &self.world.supplier;
        let code = self.world.log_in(supplier, username).await.code();
        self.released_for(&code).await
    }

    /// The same for a code that the supplier got.
    async fn released_for(&self, code: &str) -> Value {
        let supplier = &self.world.supplier;
        let tokens = self.world.exchange(supplier, code, &[]).await.ok();
        let mut claims = self.world.claims(&tokens, supplier.client.id).await;
        let all = claims.as_object_mut().unwrap();
        all.retain(|claim, _| !crate::login::PROTOCOL.contains(&claim.as_str()));
        claims
    }

    fn set(&self, moment: &str) {
        self.world.service.clock.set(Timestamp::parse(moment).unwrap());
    }

    /// The moment so many seconds from now.
    fn in_secs(&self, secs: i64) -> Value {
        json!(self.world.service.clock.now().plus_secs(secs))
    }
}

async fn token(world: &World, by: By) -> String {
    let client = match by {
        By::Board => &world.board_client,
        By::School => &world.school_client,
        By::Supplier => &world.supplier.client,
    };
    world.service.token(client, None).await
}

async fn post(world: &World, by: By, path: &str, body: Value) -> Answer {
    world.post(path, &token(world, by).await, body).await
}

/// The supplier offers a document to the board, from now on.
async fn offer(world: &World, document: &Value) -> Answer {
    let now = world.service.clock.now();
    let body = json!({ "board": world.board, "validFrom": now, "annex": document });
    post(world, By::Supplier, "/v1/agreements", body).await
}

/// The board accepts what was offered, with more said about how.
async fn accept(world: &World, offered: &Value, more: Value) -> Answer {
    let mut body = json!({ "annexHash": offered["annexHash"] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    post(
        world,
        By::Board,
        &format!("/v1/agreements/{}/_accept", id(offered)),
        body,
    )
    .await
}

/// An offer is refused for each of these places, and nothing is on the table afterwards. Answers what stands there as a defect.
async fn refused(document: &Value, blanks: &[&str]) -> Vec<(String, String)> {
    let world = World::bare().await;
    let body = offer(&world, document).await.problem(400, "invalid_input");
    let errors = body["errors"].as_array().unwrap().iter();
    let errors = errors.map(|error| {
        let pointer = text(&error["pointer"]);
        let place = pointer.strip_prefix("/annex").unwrap().to_owned();
        (place, text(&error["code"]))
    });
    let errors: Vec<_> = errors.collect();
    for blank in blanks {
        assert!(errors.iter().any(|(place, _)| place == blank), "{blank}: {errors:?}");
    }
    let found = world.get("/v1/agreements", &token(&world, By::Supplier).await).await;
    assert_eq!(found.ok()["items"], json!([]));
    errors
}

/// The errors that the linter finds in a document: code and place.
async fn errors_in(world: &World, document: &Value) -> Vec<(String, String)> {
    let body = json!({ "annex": document });
    let said = post(world, By::Board, "/v1/agreements/_lint", body).await.ok();
    let errors = said["findings"].as_array().unwrap().iter();
    let errors = errors.filter(|finding| finding["severity"] == "error");
    errors
        .map(|finding| (text(&finding["code"]), text(&finding["pointer"])))
        .collect()
}

/// Why the gate refused: the code of each reason, and the article that it cites.
#[track_caller]
fn reasons(answer: Answer) -> Vec<(String, String)> {
    let body = answer.problem(403, "refused");
    let reasons = body["reasons"].as_array().unwrap().iter();
    reasons
        .map(|reason| (text(&reason["code"]), article(&reason["article"])))
        .collect()
}

/// What was held back of a list: the attribute, why, by which article, and the part that is missing if it is one.
#[track_caller]
fn withheld(answer: Answer) -> Vec<[String; 3]> {
    let body = answer.ok();
    assert!(!body["items"].as_array().unwrap().is_empty(), "{body}");
    let held = body["withheld"].as_array().into_iter().flatten();
    held.map(|held| {
        let reason = &held["reason"];
        [
            text(&held["attribute"]),
            text(&reason["code"]),
            article(&reason["article"]),
        ]
    })
    .collect()
}

/// Model and number.
fn article(cited: &Value) -> String {
    let part = |name: &str| cited[name].as_str().unwrap_or_default();
    format!("{} {}", part("model"), part("number"))
}

/// The duty of a matter with this code.
#[track_caller]
fn duty<'a>(matter: &'a Value, code: &str) -> &'a Value {
    let mut duties = matter["duties"].as_array().unwrap().iter();
    duties
        .find(|duty| duty["code"] == code)
        .unwrap_or_else(|| panic!("no `{code}`: {matter}"))
}

/// The codes of the duties that are left.
fn left(matter: &Value) -> Vec<String> {
    let duties = matter["duties"].as_array().unwrap().iter();
    let open = duties.filter(|duty| duty.get("done").is_none());
    open.map(|duty| text(&duty["code"])).collect()
}

fn id(thing: &Value) -> String {
    text(&thing["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Pairs as they are compared.
fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(one, other)| (one.to_owned(), other.to_owned())).into()
}
