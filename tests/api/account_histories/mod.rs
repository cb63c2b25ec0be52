//! Random histories of a few pupils at two schools of a board: they come, leave, move, change keys and ECK iDs, and the board
//! merges, splits, takes over and undoes. No two of them share an account, none loses one off the record, undoing restores.

mod steps;

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    collection::vec,
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use sluis_connector_port::roster::{Field, PupilKey, Snapshot};
use sluis_core::{
    id::SchoolId,
    identifier::{EckId, EckIdRules},
    personal::Personal,
};

use self::steps::{At, NewKey, Step, nth, step};
use crate::{
    rosters::{FIRST, SECOND, snapshot_of, token_at, two_schools_with},
    world::{Answer, World},
};

/// Whom a history is about: few, so that they meet. The others of a roster stay as they are at both schools.
const PERSONS: u8 = 4;
const OTHERS: u32 = 12;

const HISTORIES: usize = 8;

/// What a school delivers of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Enrolled {
    key: String,
    eck_id: bool,
}

/// A key as the service sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Eck(u8, u8),
    Source(At, String),
}

/// Who has which account: of the persons of the history by place, of the others by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Look {
    persons: BTreeMap<(u8, At), String>,
    others: BTreeMap<(String, At), String>,
}

struct History {
    world: World,
    schools: [SchoolId; 2],
    /// The tokens of the supplier for the schools, and that of the board.
    at_school: [String; 2],
    of_board: String,
    enrolled: BTreeMap<(u8, At), Enrolled>,
    /// The keys of those who left, the last one last, with whose they were.
    left: BTreeMap<At, Vec<(String, u8)>>,
    /// How often the ECK iD of each was replaced.
    sectors: [u8; PERSONS as usize],
    keys_made: u32,
    /// Whose each account was found to be.
    owners: BTreeMap<String, u8>,
    /// The account that each key was last answered with.
    given: BTreeMap<Key, String>,
    /// All changes on record by the time of the last look.
    changes: BTreeMap<String, Value>,
    others: BTreeMap<(String, At), String>,
    /// How often each thing happened that a history may not be without.
    seen: BTreeMap<&'static str, usize>,
}

fn eck_id(person: u8, sector: u8) -> EckId {
    let text = format!(
        "https://ketenid.nl/pilot/{}",
        format!("{person:02x}{sector:02x}").repeat(32)
    );
    EckIdRules::new(["pilot".to_owned()]).parse(&text).unwrap()
}

fn name(person: u8) -> String {
    format!("Verzonnen{person}")
}

impl History {
    async fn start() -> Self {
        let others = delivery(At::First, []);
        let (world, second) = two_schools_with(others).await;
        world.import(delivery(At::Second, [])).await;
        let schools = [world.school, second];
        let at_school = [token_at(&world, world.school).await, token_at(&world, second).await];
        let of_board = world.service.token(&world.board_client, None).await;
        Self {
            world,
            schools,
            at_school,
            of_board,
            enrolled: BTreeMap::new(),
            left: BTreeMap::new(),
            sectors: [0; PERSONS as usize],
            keys_made: 0,
            owners: BTreeMap::new(),
            given: BTreeMap::new(),
            changes: BTreeMap::new(),
            others: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    fn school(&self, at: At) -> SchoolId {
        self.schools[at as usize]
    }

    fn keys_of(&self, person: u8, at: At) -> Vec<Key> {
        let enrolled = &self.enrolled[&(person, at)];
        let eck = Key::Eck(person, self.sectors[usize::from(person)]);
        let eck = enrolled.eck_id.then_some(eck);
        let source = Key::Source(at, enrolled.key.clone());
        eck.into_iter().chain([source]).collect()
    }

    async fn deliver(&self, at: At) {
        let here = self.enrolled.iter().filter(|((_, school), _)| *school == at);
        let persons: Vec<_> = here
            .map(|((person, _), enrolled)| (*person, self.sectors[usize::from(*person)], enrolled))
            .collect();
        self.world.import(delivery(at, persons)).await;
        self.world.service.clock.advance_secs(1);
    }

    async fn by_board(&self, at: At, path: &str, body: Value) -> Answer {
        let path = format!("/v1/schools/{}/{path}", self.school(at));
        let answer = self.world.post(&path, &self.of_board, body).await;
        self.world.service.clock.advance_secs(1);
        answer
    }

    /// What the supplier lists at both schools.
    async fn look(&self) -> Look {
        let mut look = Look::default();
        for at in At::BOTH {
            let school = self.school(at);
            let token = &self.at_school[at as usize];
            let path = format!("/v1/schools/{school}/learners/_search");
            let found = self.world.post(&path, token, json!({ "limit": 200 })).await.ok();
            for learner in found["items"].as_array().unwrap() {
                let given_name = learner["attributes"]["givenName"].as_str().unwrap();
                let account = learner["account"].as_str().unwrap().to_owned();
                let person = (0..PERSONS).find(|person| given_name == name(*person));
                let before = match person {
                    Some(person) => look.persons.insert((person, at), account),
                    None => {
                        let family_name = learner["attributes"]["familyName"].as_str().unwrap();
                        look.others.insert((format!("{given_name} {family_name}"), at), account)
                    }
                };
                assert_eq!(before, None, "{given_name} is listed twice");
            }
        }
        assert!(look.persons.keys().eq(self.enrolled.keys()), "{look:?}");
        look
    }

    async fn changes_on_record(&self) -> BTreeMap<String, Value> {
        let mut changes = BTreeMap::new();
        for school in self.schools {
            let path = format!("/v1/schools/{school}/account-changes?limit=200");
            let listed = self.world.get(&path, &self.of_board).await.ok();
            for change in listed["items"].as_array().unwrap() {
                changes.insert(change["id"].as_str().unwrap().to_owned(), change.clone());
            }
        }
        changes
    }

    /// What must hold after every step.
    async fn check(&mut self) {
        let look = self.look().await;
        let changes = self.changes_on_record().await;
        let others = std::mem::replace(&mut self.others, look.others);
        assert!(others.is_empty() || others == self.others, "somebody else was touched");
        let fresh: Vec<_> = changes
            .iter()
            .filter(|(id, change)| self.changes.get(*id) != Some(*change))
            .collect();
        for (id, change) in &fresh {
            let again = changes.iter().any(|(other, old)| {
                other != *id
                    && change["undoneAt"].is_null()
                    && change["kind"] == "join"
                    && !old["undoneAt"].is_null()
                    && [&old["from"], &old["into"]] == [&change["from"], &change["into"]]
            });
            assert!(!again, "what was told apart was joined again: {change}");
        }
        // Where an account may have gone by what came on record since the last look.
        let mut steps: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut apart = BTreeSet::new();
        for (_, change) in &fresh {
            let (Some(from), Some(into)) = (change["from"].as_str(), change["into"].as_str()) else {
                continue;
            };
            let (from, into) = if change["undoneAt"].is_null() {
                (from, into)
            } else {
                (into, from)
            };
            steps.entry(from).or_default().insert(into);
        }
        for change in changes.values().filter(|change| !change["undoneAt"].is_null()) {
            apart.extend(change["from"].as_str().zip(change["into"].as_str()));
        }
        for ((person, at), account) in &look.persons {
            let owner = *self.owners.entry(account.clone()).or_insert(*person);
            assert_eq!(owner, *person, "two persons share an account");
            for key in self.keys_of(*person, *at) {
                let before = self.given.get(&key);
                if let Some(before) = before.filter(|before| *before != account) {
                    let is_apart = |from: &str, into: &str| apart.contains(&(from, into));
                    if is_apart(before, account) && !reaches(&steps, before, account) {
                        // The key still leads there, and the stronger one to this account.
                        continue;
                    }
                    // What was undone put a weaker key back, which shows once it comes without the stronger one.
                    assert!(
                        reaches(&steps, before, account) || is_apart(account, before),
                        "{person} lost an account off the record: {before} by {key:?}, now {account}"
                    );
                    *self.seen.entry("moved on record").or_default() += 1;
                }
                self.given.insert(key, account.clone());
            }
        }
        for (_, change) in fresh {
            let kind = change["kind"].as_str().unwrap();
            let kind = ["merge", "split", "takeOver", "join"]
                .into_iter()
                .find(|known| *known == kind);
            *self.seen.entry(kind.unwrap()).or_default() += 1;
        }
        self.changes = changes;
    }

    fn fresh_key(&mut self) -> String {
        self.keys_made += 1;
        format!("key-{}", self.keys_made)
    }

    /// A key for somebody who is delivered with the ECK iD or without; none when nobody could know whose it is.
    fn key_for(&mut self, person: u8, at: At, kind: NewKey, eck_id: bool) -> Option<String> {
        let left = self.left.entry(at).or_default();
        let wanted = |(_, of): &(String, u8)| (*of == person) == (kind == NewKey::Own);
        let place = left.iter().rposition(wanted).filter(|_| kind != NewKey::Fresh);
        let Some(place) = place else {
            return Some(self.fresh_key());
        };
        let (key, of) = left[place].clone();
        if of != person {
            // Known to be of somebody else: by an ECK iD that leads to the same account, and that of this one now.
            let source = self.given.get(&Key::Source(at, key.clone()));
            let eck = self.given.get(&Key::Eck(of, self.sectors[usize::from(of)]));
            if !eck_id || source.is_none() || source != eck {
                return None;
            }
            self.given.remove(&Key::Source(at, key.clone()));
            *self.seen.entry("key of another").or_default() += 1;
        }
        self.left.entry(at).or_default().remove(place);
        Some(key)
    }

    async fn undo(&self, at: At, change: &Value) -> Answer {
        let path = format!("account-changes/{}/_undo", change["id"].as_str().unwrap());
        self.by_board(at, &path, json!({})).await
    }

    async fn undo_at_once(&mut self, at: At, before: Look, made: &Value) {
        self.undo(at, made).await.ok();
        assert_eq!(self.look().await, before, "undoing restores");
        *self.seen.entry("undone at once").or_default() += 1;
    }

    async fn merge(&mut self, at: At, from: &str, into: &str) -> Option<Value> {
        let supplier = self.world.supplier.supplier;
        let body = json!({ "supplier": supplier, "from": from, "into": into, "samePerson": true });
        let answer = self.by_board(at, "accounts/_merge", body).await;
        assert!([200, 409].contains(&answer.status), "{answer:?}");
        (answer.status == 200).then_some(answer.body)
    }

    fn enrolled_where(&self, holds: impl Fn(&Enrolled) -> bool) -> Vec<(u8, At)> {
        let found = self.enrolled.iter().filter(|(_, enrolled)| holds(enrolled));
        found.map(|(place, _)| *place).collect()
    }

    /// Whether it happened.
    async fn step(&mut self, step: Step) -> bool {
        self.happens(step).await.is_some()
    }

    async fn happens(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Enrol { who, eck_id, key } => {
                let places = (0..PERSONS).flat_map(|person| At::BOTH.map(|at| (person, at)));
                let free = places.filter(|place| !self.enrolled.contains_key(place)).collect();
                let (person, at) = nth(free, who)?;
                let key = self.key_for(person, at, key, eck_id)?;
                self.enrolled.insert((person, at), Enrolled { key, eck_id });
                self.deliver(at).await;
            }
            Step::Leave { who } => {
                let (person, at) = nth(self.enrolled_where(|_| true), who)?;
                let enrolled = self.enrolled.remove(&(person, at))?;
                self.left.entry(at).or_default().push((enrolled.key, person));
                self.deliver(at).await;
            }
            Step::Deliver { who } => {
                let place = nth(self.enrolled_where(|_| true), who)?;
                let enrolled = self.enrolled.get_mut(&place)?;
                enrolled.eck_id = !enrolled.eck_id;
                self.deliver(place.1).await;
            }
            Step::Rekey { who, key } => {
                let (person, at) = nth(self.enrolled_where(|enrolled| enrolled.eck_id), who)?;
                let key = self.key_for(person, at, key, true)?;
                self.enrolled.get_mut(&(person, at))?.key = key;
                self.deliver(at).await;
            }
            Step::Sector { who } => {
                let (person, _) = nth(self.enrolled_where(|enrolled| enrolled.eck_id), who)?;
                self.sector(person).await;
            }
            Step::MoveAll { from, looked, undone } => self.move_all(from, looked, undone).await,
            Step::Merge { who, undone } => {
                let before = self.look().await;
                let mut separate = Vec::new();
                for ((person, at), into) in &before.persons {
                    let theirs = self.owners.iter().filter(|(from, of)| *of == person && *from != into);
                    separate.extend(theirs.map(|(from, _)| (*at, from.clone(), into.clone())));
                }
                let (at, from, into) = nth(separate, who)?;
                let made = self.merge(at, &from, &into).await?;
                if undone {
                    self.undo_at_once(at, before, &made).await;
                }
            }
            Step::Mistake { who, other } => {
                let before = self.look().await;
                let ((person, at), from) = nth(before.persons.iter().collect(), who)?;
                let others = before.persons.iter().filter(|((of, _), _)| of != person);
                let (_, into) = nth(others.collect(), other)?;
                let made = self.merge(*at, from, into).await?;
                self.undo_at_once(*at, before.clone(), &made).await;
            }
            Step::Split { who, undone } => {
                let before = self.look().await;
                let (person, at) = nth(self.enrolled_where(|_| true), who)?;
                let key = &self.enrolled[&(person, at)].key;
                let body = json!({ "supplier": self.world.supplier.supplier, "sourceKey": key });
                let made = self.by_board(at, "accounts/_split", body).await.ok();
                if undone {
                    self.undo_at_once(at, before, &made).await;
                }
            }
            Step::Undo { change } => {
                let open = self.changes.values().filter(|change| change["undoneAt"].is_null());
                let change = nth(open.cloned().collect(), change)?;
                let of = change["school"].as_str()?;
                let at = At::BOTH.into_iter().find(|at| self.school(*at).to_string() == of)?;
                let answer = self.undo(at, &change).await;
                assert!([200, 409].contains(&answer.status), "{answer:?}");
                *self.seen.entry("undone later").or_default() += usize::from(answer.status == 200);
            }
        }
        Some(())
    }

    /// Both schools deliver the new ECK iD, and new keys with it, as schools of another sector would: by a key that came with
    /// another ECK iD before, nobody is known.
    async fn sector(&mut self, person: u8) {
        self.sectors[usize::from(person)] += 1;
        for at in At::BOTH {
            self.left.entry(at).or_default().retain(|(_, of)| *of != person);
            let key = self.fresh_key();
            if let Some(enrolled) = self.enrolled.get_mut(&(person, at)) {
                enrolled.key = key;
                self.deliver(at).await;
            }
        }
    }

    async fn move_all(&mut self, from: At, looked: bool, undone: bool) {
        let to = from.other();
        let before = self.look().await;
        let here: Vec<_> = self.enrolled.keys().filter(|(_, at)| *at == from).copied().collect();
        let mut moved = Vec::new();
        for (person, _) in here {
            if !self.enrolled.contains_key(&(person, to)) {
                let enrolled = self.enrolled.remove(&(person, from)).unwrap();
                let known = self.given.contains_key(&Key::Source(to, enrolled.key.clone()));
                moved.push((person, enrolled.eck_id || !(known || looked)));
                self.enrolled.insert((person, to), enrolled);
            }
        }
        for at in [from, to] {
            self.deliver(at).await;
        }
        if looked {
            self.look().await;
        }
        let taking = json!({
            "supplier": self.world.supplier.supplier, "fromSchool": self.school(from), "sameSourceKeys": true,
        });
        let made = self.by_board(to, "accounts/_take-over", taking).await.ok();
        let made = made["items"].as_array().unwrap().clone();
        let after = self.look().await;
        for (person, known) in &moved {
            let kept = before.persons[&(*person, from)] == after.persons[&(*person, to)];
            assert!(kept || !known, "{person} moved and lost an account");
        }
        if undone {
            for change in made.iter().rev() {
                self.undo(to, change).await.ok();
            }
        }
    }
}

/// What the administration of a school delivers: these persons, each with the sector of the ECK iD, and all others.
fn delivery<'a>(at: At, persons: impl IntoIterator<Item = (u8, u8, &'a Enrolled)>) -> Snapshot {
    let brin = [FIRST, SECOND][at as usize];
    let mut file = snapshot_of(brin, OTHERS);
    for (person, sector, enrolled) in persons {
        let mut pupil = file.pupils[0].clone();
        pupil.key = PupilKey::parse(&enrolled.key).unwrap().into();
        pupil.eck_id = match enrolled.eck_id {
            true => eck_id(person, sector).into(),
            false => Field::Empty,
        };
        pupil.name.given_name = Personal::new(name(person)).into();
        file.pupils.push(pupil);
    }
    file
}

/// Whether one account became the other, step by step.
fn reaches(steps: &BTreeMap<&str, BTreeSet<&str>>, from: &str, into: &str) -> bool {
    let (mut known, mut next) = (BTreeSet::from([from]), vec![from]);
    while let Some(account) = next.pop() {
        for further in steps.get(account).into_iter().flatten() {
            if known.insert(further) {
                next.push(further);
            }
        }
    }
    known.contains(into)
}

#[actix_web::test]
async fn no_two_persons_share_an_account_none_is_lost_off_the_record_and_undoing_restores() {
    let strategy = vec(step(), 30..50);
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeMap::new();
    for number in 0..HISTORIES {
        let steps = strategy.new_tree(&mut runner).unwrap().current();
        let mut history = History::start().await;
        history.check().await;
        for (place, step) in steps.iter().enumerate() {
            // Printed when the test fails: what came before is told by the number of the history.
            eprintln!("history {number}, step {place}: {step:?}");
            if history.step(*step).await {
                history.check().await;
            }
        }
        for (what, times) in history.seen {
            *seen.entry(what).or_insert(0) += times;
        }
    }
    for what in [
        "merge",
        "split",
        "takeOver",
        "join",
        "moved on record",
        "key of another",
        "undone at once",
        "undone later",
    ] {
        assert!(
            seen.get(what).is_some_and(|times| *times > 0),
            "no history has `{what}`: {seen:?}"
        );
    }
}
