//! Rosters as files bring them, and a second school of the board beside the first.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluis::app::{activation::ActivationScope, caller::Role};
use sluis_connector_port::roster::{Field, Pupil, Snapshot};
use sluis_core::{
    id::SchoolId,
    identifier::{Brin6, EckId, EckIdRules},
};
use sluis_edexml::{ReadOptions, xml::Limits};
use sluis_stand_ins::{administration::write_edexml, kennisnet::Kennisnet};

use crate::{
    account_changes::about_accounts,
    world::{Answer, World, caller},
};

/// The locations of the first and of the second school.
pub(crate) const FIRST: &str = "99ZZ00";
pub(crate) const SECOND: &str = "99ZZ01";

fn eck_id_rules() -> EckIdRules {
    EckIdRules::new(["pilot".to_owned()])
}

/// An ECK iD that nobody has in the invented school.
pub(crate) fn another_eck_id() -> EckId {
    let text = format!("https://ketenid.nl/pilot/{}", "5e".repeat(64));
    eck_id_rules().parse(&text).unwrap()
}

/// The invented school as a file has it, said to be this one.
pub(crate) fn snapshot(school: &str) -> Snapshot {
    snapshot_of(school, 60)
}

/// The same with so many pupils.
pub(crate) fn snapshot_of(school: &str, pupils: u32) -> Snapshot {
    let mut file = Vec::new();
    write_edexml(&mut file, "2026-2027", pupils).unwrap();
    let options = ReadOptions {
        school: Brin6::parse(FIRST).unwrap(),
        school_year: None,
        eck_id_rules: eck_id_rules(),
        limits: Limits::default(),
    };
    let mut snapshot = sluis_edexml::read(file.as_slice(), &options).unwrap();
    snapshot.school.brin = Some(Brin6::parse(school).unwrap());
    snapshot
}

/// The roster of the first school before there were ECK iDs.
pub(crate) fn without_eck_ids() -> Snapshot {
    nameless(snapshot(FIRST))
}

/// A roster without the ECK iDs of its pupils.
pub(crate) fn nameless(mut file: Snapshot) -> Snapshot {
    for pupil in &mut file.pupils {
        pupil.eck_id = Field::Empty;
    }
    file
}

/// The pupil with this number in a file, the first being 1.
pub(crate) fn pupil_of(snapshot: &mut Snapshot, number: u32) -> &mut Pupil {
    let place = usize::try_from(number).unwrap() - 1;
    &mut snapshot.pupils[place]
}

impl World {
    /// Takes a file in, which must go well.
    pub(crate) async fn import(&self, snapshot: Snapshot) {
        let school = snapshot.school.brin.unwrap();
        let run = self.service.app.roster_import(school, snapshot, false).await.unwrap();
        assert_eq!(run.end.unwrap().reason, None);
    }

    /// A second school of the board, at which the product of the supplier is on for everybody.
    pub(crate) async fn second_school(&self) -> SchoolId {
        let school = self.another_location().await;
        self.switch_on_at(school).await;
        school
    }

    /// The product of the supplier is on for everybody at another school of the board.
    pub(crate) async fn switch_on_at(&self, school: SchoolId) {
        let app = &self.service.app;
        let from_board = caller(&self.board_client, Role::Board(self.board));
        let (product, scope) = (self.supplier.product, ActivationScope::School);
        let activation = app.activation_create(&from_board, school, product, scope, None).await;
        let from_supplier = caller(&self.supplier.client, self.supplier.role());
        app.activation_accept(&from_supplier, school, activation.unwrap().id)
            .await
            .unwrap();
    }
}

/// A school of which everybody is in scope, with the roster of a file, and another one of the same board.
pub(crate) async fn two_schools() -> (World, SchoolId) {
    two_schools_with(snapshot(FIRST)).await
}

/// The same with this roster.
pub(crate) async fn two_schools_with(first: Snapshot) -> (World, SchoolId) {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    let second = world.second_school().await;
    world.import(first).await;
    (world, second)
}

/// What the supplier finds at a school by an ECK iD.
pub(crate) async fn resolve(world: &World, school: SchoolId, eck_id: &str) -> Answer {
    let token = token_at(world, school).await;
    let body = json!({ "school": school, "eckId": eck_id });
    world.post("/v1/accounts/_resolve", &token, body).await
}

/// The account that the supplier finds at a school by the ECK iD.
pub(crate) async fn account(world: &World, school: SchoolId, eck_id: &str) -> Value {
    resolve(world, school, eck_id).await.ok()["account"].clone()
}

/// A token of the supplier for a school.
pub(crate) async fn token_at(world: &World, school: SchoolId) -> String {
    let bound = json!({ "type": "sluis", "school": school, "purpose": "D1" });
    world.service.token(&world.supplier.client, Some(bound)).await
}

/// All accounts that the supplier lists at a school, each once.
pub(crate) async fn listed(world: &World, school: SchoolId) -> Vec<String> {
    let token = token_at(world, school).await;
    let path = format!("/v1/schools/{school}/learners/_search");
    let (mut accounts, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let body = json!({ "limit": 200, "cursor": cursor });
        let found = world.post(&path, &token, body).await.ok();
        let items = found["items"].as_array().unwrap().iter();
        accounts.extend(items.map(|item| item["account"].as_str().unwrap().to_owned()));
        cursor = found["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(accounts.iter().collect::<BTreeSet<_>>().len(), accounts.len());
    accounts
}

/// What the supplier is told of changed accounts at a school.
pub(crate) async fn told(world: &World, school: SchoolId) -> Vec<Value> {
    let token = token_at(world, school).await;
    let path = format!("/v1/schools/{school}/account-changes/_search");
    let found = world.post(&path, &token, json!({ "limit": 200 })).await.ok();
    found["items"].as_array().unwrap().clone()
}

/// The events of the supplier.
pub(crate) async fn events(world: &World) -> Vec<Value> {
    let token = world.service.token(&world.supplier.client, None).await;
    let found = world.get("/v1/events?limit=200", &token).await.ok();
    about_accounts(&found)
}

/// The account in the id token of a login with this school chosen beforehand.
pub(crate) async fn logged_in(world: &World, username: &str, school: SchoolId) -> Value {
    let chosen = school.to_string();
    let request = world.to_kennisnet(&world.supplier, &[("school", &chosen)]).await;
    let back = world.from_kennisnet(&Kennisnet::picked(&request, username)).await;
    let code = world.come_back(&back).await.code();
    let tokens = world.exchange(&world.supplier, &code, &[]).await.ok();
    world.claims(&tokens, world.supplier.client.id).await["sub"].clone()
}
