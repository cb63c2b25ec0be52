//! Who is unknown, out of scope, restricted, who objected and who has left: for a supplier all of them are one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sluis_stand_ins::administration::{Behaviour, pupil};
use sluis_test_kit::client::Ask;

use crate::world::{INSIDE, OUTSIDE, World};

/// The last pupil of the group, who leaves.
const LAST: u32 = INSIDE + 14;

/// Headers that are never twice the same, whoever it is about.
const OF_THE_MOMENT: [&str; 2] = ["date", "traceparent"];

/// Everything of an answer that could tell something: status, headers and body.
pub(crate) type Whole = (u16, BTreeMap<String, String>, Value);

async fn answer(world: &World, token: &str, eck_id: &str) -> Whole {
    let body = json!({ "school": world.school, "eckId": eck_id });
    whole(
        world
            .service
            .post("/v1/accounts/_resolve")
            .bearer_auth(token)
            .json(&body),
    )
    .await
}

/// The whole answer to a question, but for what is never twice the same.
pub(crate) async fn whole(request: Ask) -> Whole {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers.filter(|(name, _)| !OF_THE_MOMENT.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let headers: BTreeMap<_, _> = headers.collect();
    let mut body: Value = response.json().await.unwrap();
    let members = body.as_object_mut().unwrap();
    let (record, trace) = (members.remove("recordId"), members.remove("traceId"));
    assert!(record.is_some() && (status == 200 || trace.is_some()));
    (status, headers, body)
}

async fn restrict(world: &World, ground: &str, number: u32) {
    let token = world.service.token(&world.school_client, None).await;
    let body = json!({ "ground": ground, "eckId": pupil(number).eck_id });
    world.post(&world.of_school("restrictions"), &token, body).await.ok();
}

#[actix_web::test]
async fn no_answer_tells_why_somebody_is_not_available() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    restrict(&world, "restriction", INSIDE).await;
    restrict(&world, "objection", INSIDE + 1).await;
    world.administration.behave(Behaviour::Only(LAST - 1));
    world.pull_again().await;
    let nobody = format!("https://ketenid.nl/pilot/{}", "0a".repeat(64));
    let unknown = answer(&world, &token, &nobody).await;
    assert_eq!(unknown.0, 403);
    assert_eq!(unknown.2["reasons"][0]["code"], "person_not_available");
    for number in [OUTSIDE, INSIDE, INSIDE + 1, LAST] {
        assert_eq!(
            answer(&world, &token, &pupil(number).eck_id).await,
            unknown,
            "pupil {number}"
        );
    }
    // The school sees each reason in its own records, one record for each question.
    let school = world.service.token(&world.school_client, None).await;
    let records = world.get(&world.of_school("records?limit=200"), &school).await.ok();
    let resolved = records["items"].as_array().unwrap().iter();
    let resolved = resolved.filter(|record| record["name"] == "account.resolve");
    let reasons: Vec<_> = resolved.map(|record| record["reasons"][0].as_str().unwrap()).collect();
    assert_eq!(
        reasons,
        [
            "person_unknown",
            "person_out_of_scope",
            "processing_restricted",
            "person_objected",
            "person_unknown"
        ]
    );
}

#[actix_web::test]
async fn no_list_tells_how_many_are_left_out() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let path = world.of_school("learners/_search");
    let members = async || {
        let page = world.post(&path, &token, json!({ "limit": 200 })).await.ok();
        let members: BTreeSet<_> = page.as_object().unwrap().keys().cloned().collect();
        (
            members,
            page["items"].as_array().unwrap().len(),
            page["withheld"].clone(),
        )
    };
    let (before, all, withheld) = members().await;
    assert_eq!(before, ["items", "recordId", "withheld"].map(str::to_owned).into());
    restrict(&world, "restriction", INSIDE).await;
    assert_eq!(members().await, (before, all - 1, withheld));
    // Pages are full as long as there is somebody, so that a gap tells nothing either.
    let mut cursor = Value::Null;
    let mut lengths = Vec::new();
    loop {
        let page = world
            .post(&path, &token, json!({ "limit": 5, "cursor": cursor }))
            .await
            .ok();
        lengths.push(page["items"].as_array().unwrap().len());
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(lengths, [5, 5, 4]);
}

#[actix_web::test]
async fn no_page_of_a_login_tells_why_either() {
    let world = World::start().await;
    restrict(&world, "restriction", INSIDE).await;
    restrict(&world, "objection", INSIDE + 1).await;
    let mut pages = BTreeSet::new();
    for number in [OUTSIDE, INSIDE, INSIDE + 1] {
        let (status, page) = world.log_in(&world.supplier, &number.to_string()).await.page();
        assert_eq!(status, 403);
        pages.insert(without_the_moment(&page));
    }
    assert_eq!(pages.len(), 1, "{pages:#?}");
}

/// A page without the number of its record.
fn without_the_moment(page: &str) -> String {
    let record = page.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0;
    assert_eq!(record.len(), 36);
    page.replace(record, "")
}
