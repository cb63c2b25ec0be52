//! Who is not available costs as much as who is not there: the same statements, the same work with keys, the same records.
//! What costs the same takes as long, and no clock need be looked at.

use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_connector_port::roster::{Day, Field, Snapshot};
use sluis_core::{
    ledger::{Outcome, Owner, RecordKind},
    personal::Personal,
};
use sluis_stand_ins::administration::{pupil, staff_member};
use sluis_test_kit::{service::nobody, work::Work};

use crate::{
    alike::{Whole, whole},
    rosters::{FIRST, pupil_of, snapshot},
    world::{INSIDE, OUTSIDE, STRANGER, World, annex, stranger},
};

/// Who has left, who is not enrolled yet, and who has no key of an account, all of the group.
const LEFT: u32 = INSIDE + 2;
const LATER: u32 = INSIDE + 3;
const KEYLESS: u32 = INSIDE + 5;

/// Those of the group who are in the plus group as well.
const PLUS: [u32; 2] = [35, 42];

fn day(text: &str) -> Field<Personal<Day>> {
    Personal::new(Day::parse(text).unwrap()).into()
}

fn the_school() -> Snapshot {
    let mut school = snapshot(FIRST);
    pupil_of(&mut school, LEFT).enrolled_until = day("2026-10-01");
    pupil_of(&mut school, LATER).enrolled_from = day("2027-01-11");
    let keyless = pupil_of(&mut school, KEYLESS);
    (keyless.key, keyless.eck_id) = (Field::NotDelivered, Field::NotDelivered);
    school
}

/// A school with somebody for every reason why a person is not available.
async fn world() -> World {
    let world = World::bare().await;
    world.agree(&world.supplier).await;
    world.import(the_school()).await;
    restrict(&world, "restriction", INSIDE).await;
    restrict(&world, "objection", INSIDE + 1).await;
    restrict(&world, "restriction", OUTSIDE + 1).await;
    world
}

async fn restrict(world: &World, ground: &str, number: u32) {
    let token = world.service.token(&world.school_client, None).await;
    let body = json!({ "ground": ground, "eckId": pupil(number).eck_id });
    world.post(&world.of_school("restrictions"), &token, body).await.ok();
}

/// Nothing of the school is remembered any more: it has changed, in something that is none of this supplier's business.
async fn forget(world: &World) {
    for number in 50..=60 {
        let token = world.service.token(&world.school_client, None).await;
        let body = json!({ "ground": "objection", "eckId": pupil(number).eck_id });
        let placed = world.post(&world.of_school("restrictions"), &token, body).await;
        if placed.status == 201 {
            let path = format!("restrictions/{}/_end", placed.body["id"].as_str().unwrap());
            world.post(&world.of_school(&path), &token, json!({})).await.ok();
            return;
        }
    }
    panic!("nobody is left to forget by");
}

/// What a question cost: the work, and its records without what says why.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    work: Work,
    records: Vec<(RecordKind, Outcome, String, Option<u64>)>,
}

impl Cost {
    /// How many persons were opened. It follows from the size of the roster, whoever is asked about, and is set apart.
    fn opened(&mut self) -> u64 {
        self.work.take("open", "roster_persons")
    }
}

async fn cost<T>(world: &World, ask: impl AsyncFn() -> T) -> (T, Cost) {
    let owner = Owner::School(world.school);
    let known = world.service.records(owner).await.len();
    let before = world.service.work();
    let answer = ask().await;
    let work = world.service.work().since(&before);
    let records = world.service.records(owner).await;
    let told = records[known..].iter().map(|record| {
        let draft = &record.draft;
        let lines = draft.page.as_ref().map(|page| page.lines);
        (draft.kind, draft.outcome, draft.name.as_str().to_owned(), lines)
    });
    let records = told.collect();
    (answer, Cost { work, records })
}

async fn ask(world: &World, path: &str, token: &str, body: &Value) -> Whole {
    whole(world.service.post(path).bearer_auth(token).json(body)).await
}

/// Asks each of these questions with nothing remembered, and again with all of it: answer and cost are those of the first.
async fn assert_alike<Q: std::fmt::Debug, T: std::fmt::Debug + PartialEq>(
    world: &World,
    questions: &[Q],
    ask: impl AsyncFn(&Q) -> T,
) {
    // The first of all loads what was never loaded.
    ask(&questions[0]).await;
    let (mut answers, mut cold, mut warm) = (Vec::new(), Vec::new(), Vec::new());
    for question in questions {
        forget(world).await;
        let (answer, first) = cost(world, async || ask(question).await).await;
        let (again, second) = cost(world, async || ask(question).await).await;
        assert_eq!(answer, again, "{question:?}");
        answers.push(answer);
        cold.push(first);
        warm.push(second);
    }
    for (place, question) in questions.iter().enumerate() {
        assert_eq!(answers[place], answers[0], "{question:?}");
        assert_eq!(cold[place], cold[0], "{question:?}, with nothing remembered");
        assert_eq!(warm[place], warm[0], "{question:?}, with all remembered");
    }
    // What is counted is really counted: a school is read and opened once, and not again.
    assert!(cold[0].work.times("open") > warm[0].work.times("open"));
    assert!(cold[0].work.times("read") > 0);
    assert_eq!(cold[0].records.len(), 1);
}

#[actix_web::test]
async fn a_resolution_costs_the_same_whoever_it_is_about() {
    let world = world().await;
    let token = world.supplier_token("D1").await;
    let of_roster = [OUTSIDE, INSIDE, INSIDE + 1, OUTSIDE + 1, LEFT, LATER, KEYLESS];
    let mut eck_ids = vec![stranger()];
    eck_ids.extend(of_roster.map(|number| pupil(number).eck_id));
    // Who works there is no pupil.
    eck_ids.push(staff_member(1).eck_id);
    assert_alike(&world, &eck_ids, async |eck_id| {
        let body = json!({ "school": world.school, "eckId": eck_id });
        let answer = ask(&world, "/v1/accounts/_resolve", &token, &body).await;
        assert_eq!(answer.2["reasons"][0]["code"], "person_not_available");
        answer
    })
    .await;
    // Somebody who is available costs more, and so the counts could differ.
    let available = json!({ "school": world.school, "eckId": pupil(INSIDE + 6).eck_id });
    let resolve = async |body| ask(&world, "/v1/accounts/_resolve", &token, body).await;
    let (_, permitted) = cost(&world, async || resolve(&available).await).await;
    let refused = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    let (_, denied) = cost(&world, async || resolve(&refused).await).await;
    assert!(permitted.work.times("hash") > denied.work.times("hash"));
}

/// A supplier whose whole annex rests on consent: nobody has given it, and so nobody is available.
#[actix_web::test]
async fn who_has_not_consented_costs_as_much_as_who_is_not_there() {
    let world = World::bare().await;
    let mut document = serde_json::to_value(annex().document()).unwrap();
    for row in document["rows"].as_array_mut().unwrap() {
        row["restsOnConsent"] = json!(true);
    }
    let annex = sluis_core::agreement::Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap();
    world.agree_about(&world.supplier, ActivationScope::School, annex).await;
    // What comes in comes in for another product.
    let other = world.another_supplier().await;
    world.agree_for(&other, ActivationScope::School).await;
    world.import(the_school()).await;
    let token = world.supplier_token("D1").await;
    let mut eck_ids = vec![stranger()];
    eck_ids.extend([INSIDE, INSIDE + 1, LEFT, LATER].map(|number| pupil(number).eck_id));
    assert_alike(&world, &eck_ids, async |eck_id| {
        let body = json!({ "school": world.school, "eckId": eck_id });
        let answer = ask(&world, "/v1/accounts/_resolve", &token, &body).await;
        assert_eq!(answer.2["reasons"][0]["code"], "person_not_available");
        answer
    })
    .await;
}

#[actix_web::test]
async fn a_login_costs_the_same_whoever_comes_back() {
    let world = world().await;
    let mut people = vec![STRANGER.to_owned()];
    people.extend([OUTSIDE, INSIDE, INSIDE + 1, LEFT, LATER].map(|number| number.to_string()));
    let mut costs = Vec::new();
    world.log_in(&world.supplier, STRANGER).await.page();
    for remembered in [false, true] {
        for username in &people {
            let back = world.at_kennisnet(&world.supplier, username).await;
            if !remembered {
                forget(&world).await;
            }
            let (page, cost) = cost(&world, async || world.come_back(&back).await.page()).await;
            assert_eq!(page.0, 403, "{username}");
            costs.push((username, cost));
        }
        let (_, first) = &costs[0];
        for (username, cost) in &costs {
            assert_eq!(cost, first, "{username}, remembered: {remembered}");
        }
        assert_eq!(first.records.len(), 1);
        costs.clear();
    }
}

#[actix_web::test]
async fn an_exchange_costs_the_same_whatever_happened_meanwhile() {
    let world = World::bare().await;
    world.agree(&world.supplier).await;
    let mut school = snapshot(FIRST);
    world.import(school.clone()).await;
    let mut costs = Vec::new();
    for happened in ["restricted", "left", "removed"] {
        let number = INSIDE + u32::try_from(costs.len()).unwrap();
        let code = world.log_in(&world.supplier, &number.to_string()).await.code();
        match happened {
            "restricted" => restrict(&world, "restriction", number).await,
            "left" => {
                pupil_of(&mut school, number).enrolled_until = day("2026-10-01");
                world.import(school.clone()).await;
            }
            _ => {
                let key = pupil_of(&mut school, number).key.clone();
                let mut without = school.clone();
                without.pupils.retain(|pupil| pupil.key != key);
                world.import(without).await;
            }
        }
        let exchange = async || world.exchange(&world.supplier, &code, &[]).await;
        let (answer, mut cost) = cost(&world, exchange).await;
        assert_eq!(answer.status, 400);
        let opened = cost.opened();
        assert_eq!(opened, if happened == "removed" { 65 } else { 66 });
        costs.push((happened, alike_token(&answer.body), cost));
    }
    let (_, answer, first) = &costs[0];
    for (happened, told, cost) in &costs {
        assert_eq!((told, cost), (answer, first), "{happened}");
    }
}

/// An error of the token endpoint, without the number of its record.
fn alike_token(answer: &Value) -> (String, String) {
    let text = |member: &str| answer[member].as_str().unwrap().to_owned();
    let description = text("error_description");
    let (told, _) = description.split_once("; record ").unwrap();
    (text("error"), told.to_owned())
}

#[actix_web::test]
async fn a_group_without_anybody_costs_the_same_why_ever() {
    let world = world().await;
    for number in PLUS {
        restrict(&world, "objection", number).await;
    }
    let school = world.service.token(&world.school_client, None).await;
    let groups = world.get(&world.of_school("groups"), &school).await.ok();
    let of_name = |name: &str| {
        let mut groups = groups["items"].as_array().unwrap().iter();
        groups.find(|group| group["name"] == name).unwrap()["id"].clone()
    };
    // No such group; one that the product is not on for; one in which nobody is available any more.
    let questions = [json!(nobody()), of_name("Groep 5"), of_name("Plusgroep")];
    let token = world.supplier_token("D1").await;
    let path = world.of_school("learners/_search");
    assert_alike(&world, &questions, async |group| {
        let answer = ask(&world, &path, &token, &json!({ "group": group, "limit": 200 })).await;
        assert_eq!((answer.0, &answer.2["items"]), (200, &json!([])));
        answer
    })
    .await;
}

#[actix_web::test]
async fn a_list_costs_the_same_however_many_are_left_out() {
    let world = World::bare().await;
    world.agree(&world.supplier).await;
    world.import(snapshot(FIRST)).await;
    let token = world.supplier_token("D1").await;
    let path = world.of_school("learners/_search");
    let list = async |body: &Value| world.post(&path, &token, body.clone()).await.ok();
    let everybody = json!({ "limit": 200 });
    let all = list(&everybody).await["items"].as_array().unwrap().len();
    let mut costs = Vec::new();
    for left_out in 0..3 {
        forget(&world).await;
        let (page, mut cost) = cost(&world, async || list(&everybody).await).await;
        let listed = page["items"].as_array().unwrap().len();
        assert_eq!(listed, all - left_out);
        // What it costs follows from who is in it: two keys of an account each, and a line in its record.
        let listed = u64::try_from(listed).unwrap();
        assert_eq!(cost.work.take("read", "account_of_key"), 2 * listed);
        // The first try is by what was remembered, and so by another number of persons.
        assert!(cost.work.take("hash", "subject") >= listed);
        assert_eq!(cost.records[0].3.take(), Some(listed));
        costs.push(cost);
        restrict(&world, "restriction", INSIDE + u32::try_from(left_out).unwrap()).await;
    }
    for cost in &costs {
        assert_eq!(cost, &costs[0]);
    }

    // Behind somebody who is not available any more the list goes on, why ever that is.
    let mut school = snapshot(FIRST);
    let cursors: Vec<_> = all_cursors(&world, &token).await;
    pupil_of(&mut school, LEFT + 2).enrolled_until = day("2026-10-01");
    let key = pupil_of(&mut school, LATER + 4).key.clone();
    school.pupils.retain(|pupil| pupil.key != key);
    world.import(school).await;
    let mut costs = Vec::new();
    for cursor in cursors {
        let body = json!({ "limit": 200, "cursor": cursor });
        list(&body).await;
        costs.push(cost(&world, async || list(&body).await).await.1);
    }
    for cost in &mut costs {
        let lines = cost.records[0].3.take();
        assert_eq!(Some(cost.work.take("hash", "subject")), lines);
    }
    for cost in &costs {
        assert_eq!(cost, &costs[0]);
    }
}

/// A cursor behind each pupil of the list but the last.
async fn all_cursors(world: &World, token: &str) -> Vec<Value> {
    let (mut cursors, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let body = json!({ "limit": 1, "cursor": cursor });
        let page = world.post(&world.of_school("learners/_search"), token, body).await.ok();
        cursor = page["next"].clone();
        if cursor.is_null() {
            return cursors;
        }
        cursors.push(cursor.clone());
    }
}

#[actix_web::test]
async fn changed_accounts_events_and_decisions_cost_the_same_whomever_they_are_about() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    let mut school = snapshot(FIRST);
    world.import(school.clone()).await;
    let token = world.supplier_token("D1").await;
    let unbound = world.service.token(&world.supplier.client, None).await;
    let by_school = world.service.token(&world.school_client, None).await;
    world
        .post(&world.of_school("learners/_search"), &token, json!({ "limit": 200 }))
        .await
        .ok();
    world.service.clock.advance_secs(60);
    let body = json!({ "supplier": world.supplier.supplier, "eckId": pupil(INSIDE).eck_id });
    world
        .post(&world.of_school("accounts/_split"), &by_school, body)
        .await
        .ok();

    let changes = world.of_school("account-changes/_search");
    let question = json!({ "school": world.school, "purpose": "D1" });
    let look = async || {
        let changed = ask(&world, &changes, &token, &json!({})).await.2;
        let events = world.get("/v1/events", &unbound).await.ok();
        let decision = ask(&world, "/v1/decisions", &token, &question).await;
        let reach = whole(world.service.get(&world.of_school("reach")).bearer_auth(&token)).await;
        (changed, events, decision, reach)
    };
    look().await;
    forget(&world).await;
    let ((changed, events, decision, reach), mut available) = cost(&world, look).await;
    assert_eq!(changed["items"].as_array().unwrap().len(), 1);

    let mut costs = Vec::new();
    for happened in ["restricted", "left", "removed"] {
        match happened {
            "restricted" => restrict(&world, "restriction", INSIDE).await,
            "left" => {
                pupil_of(&mut school, INSIDE).enrolled_until = day("2026-10-01");
                world.import(school.clone()).await;
            }
            _ => {
                let key = pupil_of(&mut school, INSIDE).key.clone();
                school.pupils.retain(|pupil| pupil.key != key);
                world.import(school.clone()).await;
            }
        }
        forget(&world).await;
        let (told, cost) = cost(&world, look).await;
        let nothing = json!({ "items": [] });
        assert_eq!(
            told,
            (nothing, events.clone(), decision.clone(), reach.clone()),
            "{happened}"
        );
        costs.push((happened, cost));
    }
    let everybody = available.opened();
    assert!(available.work.take("hash", "subject") >= 1);
    available.records[0].3 = Some(0);
    for (happened, cost) in &mut costs {
        let removed = *happened == "removed";
        assert_eq!(cost.opened(), everybody - u64::from(removed), "{happened}");
        cost.work.take("hash", "subject");
        // Whose accounts they are is looked up by the keys of everybody in the roster.
        let fewer = available.work.times("hash") - cost.work.times("hash");
        assert_eq!(fewer, if removed { 2 } else { 0 }, "{happened}");
        cost.work.take("hash", "account");
    }
    available.work.take("hash", "account");
    for (happened, cost) in &costs {
        assert_eq!(cost, &available, "{happened}");
    }
}
