//! The story: from a signed agreement to a pupil in class, and back to nothing when the school says stop.

use std::{collections::BTreeMap, io::Write};

use serde_json::{Value, json};
use sluis_core::ledger::{SchoolExport, verify_export};
use sluis_stand_ins::{
    administration::{BRANCH, BRIN, pupil},
    kennisnet::Kennisnet,
    program::{Program, ProgramError},
};
use url::Url;

use super::{
    StoryError,
    caller::{Caller, list, must, text},
    stage::{AUTHORISATION_KEY, CLIENT_CODE, CLIENT_NAME, Stage},
};
use crate::app::organisation::{OPERATOR, SLUIS};

/// The agreement of the invented product, in the coded form of model 4.0.
const ANNEX: &str = include_str!("../../../examples/agreements/rekenbaai.json");
/// The agreement of the operator of Sluis itself.
const SLUIS_ANNEX: &str = include_str!("../../../examples/agreements/sluis.json");
/// The group that the product is switched on for.
const GROUP: &str = "Groep 7";
/// A pupil of that group, and one of another.
const PUPIL: u32 = 33;
const OUTSIDER: u32 = 50;

/// Plays the story; each step is checked.
pub(super) async fn play(stage: &Stage, out: &mut (dyn Write + Send)) -> Result<(), StoryError> {
    let mut teller = Teller { out, step: 0 };
    let cast = Cast::gather(stage, &mut teller).await?;
    cast.agree(stage, &mut teller).await?;
    cast.connect(stage, &mut teller).await?;
    cast.log_in(stage, &mut teller).await?;
    let token = cast.ask(stage, &mut teller).await?;
    cast.ask_too_much(stage, &mut teller).await?;
    cast.switch_off(stage, &token, &mut teller).await?;
    cast.look_back(stage, &mut teller).await?;
    // For whoever looks around afterwards.
    cast.switch_on(stage).await
}

/// Tells a step in one line: what was asked, what was answered, and why.
struct Teller<'a> {
    out: &'a mut (dyn Write + Send),
    step: u8,
}

impl Teller<'_> {
    fn chapter(&mut self, title: &str) -> Result<(), StoryError> {
        self.step += 1;
        Ok(writeln!(self.out, "\n({}) {title}", self.step)?)
    }

    fn line(&mut self, asked: &str, answered: &str, why: &str) -> Result<(), StoryError> {
        Ok(writeln!(self.out, "    {asked} -> {answered}, because {why}")?)
    }
}

/// Who plays, by the ids that Sluis gave them.
struct Cast {
    board: String,
    school: String,
    supplier: String,
    product: String,
    board_program: (Program, String),
    school_program: (Program, String),
    supplier_client: String,
    /// The program with which the operator signs as the processor that it is too.
    operator_office: (Program, String),
}

impl Cast {
    /// The operator registers the parties and their programs; it can do nothing for them.
    async fn gather(stage: &Stage, teller: &mut Teller<'_>) -> Result<Self, StoryError> {
        let (program, client) = &stage.operator;
        let operator = Caller::with_token(&stage.base, program, client, None).await?;
        let created = |answer: &Value| text(answer, "/id").map(str::to_owned);
        let board = operator
            .post("/v1/boards", &json!({ "name": "Stichting Scholen aan het Wad" }), 201)
            .await?;
        let board = created(&board)?;
        let school = json!({ "board": board, "name": "Basisschool De Lepelaar", "brin": BRIN, "branch": BRANCH });
        let school = created(&operator.post("/v1/schools", &school, 201).await?)?;
        let supplier = json!({ "name": "Wadden Leermiddelen B.V.", "kind": "supplier" });
        let supplier = created(&operator.post("/v1/suppliers", &supplier, 201).await?)?;
        let product = json!({ "supplier": supplier, "name": "Rekenbaai" });
        let product = created(&operator.post("/v1/products", &product, 201).await?)?;

        let board_program = Program::new()?;
        let client = json!({ "name": "Board office", "role": "board", "board": board, "jwks": board_program.jwks() });
        let board_client = created(&operator.post("/v1/clients", &client, 201).await?)?;
        let school_program = Program::new()?;
        let client =
            json!({ "name": "School office", "role": "school", "school": school, "jwks": school_program.jwks() });
        let school_client = created(&operator.post("/v1/clients", &client, 201).await?)?;
        let client = json!({
            "name": "Rekenbaai", "role": "supplier", "supplier": supplier, "product": product,
            "jwks": stage.supplier.program().jwks(), "redirectUris": [stage.supplier.return_address()],
        });
        let supplier_client = created(&operator.post("/v1/clients", &client, 201).await?)?;
        stage.supplier.register(&stage.base, &supplier_client);
        let office = Program::new()?;
        let client = json!({
            "name": "Sluis", "role": "supplier", "supplier": OPERATOR, "product": SLUIS, "jwks": office.jwks(),
        });
        let office_client = created(&operator.post("/v1/clients", &client, 201).await?)?;
        writeln!(
            teller.out,
            "the operator registered a board, a school, a supplier, a product and their programs"
        )?;
        Ok(Self {
            board,
            school,
            supplier,
            product,
            board_program: (board_program, board_client),
            school_program: (school_program, school_client),
            supplier_client,
            operator_office: (office, office_client),
        })
    }

    /// A processor offers its annex to the board, and the board signs it; gives the agreement and the hash of the annex.
    async fn sign(&self, stage: &Stage, processor: &Caller<'_>, annex: &str) -> Result<(String, String), StoryError> {
        let annex: Value = serde_json::from_str(annex).map_err(|error| StoryError::Wrong(error.to_string()))?;
        let offer = json!({ "board": self.board, "validFrom": stage.clock.now(), "annex": annex });
        let offered = processor.post("/v1/agreements", &offer, 201).await?;
        let (agreement, hash) = (text(&offered, "/id")?, text(&offered, "/annexHash")?);
        let path = format!("/v1/agreements/{agreement}/_accept");
        let board = self.board(stage).await?;
        let accepted = board.post(&path, &json!({ "annexHash": hash }), 200).await?;
        must(
            list(&accepted, "/acceptances")?.len() == 2,
            "both sides must have accepted",
        )?;
        Ok((agreement.to_owned(), hash.to_owned()))
    }

    async fn board<'a>(&'a self, stage: &'a Stage) -> Result<Caller<'a>, StoryError> {
        let (program, client) = &self.board_program;
        Caller::with_token(&stage.base, program, client, None).await
    }

    async fn school<'a>(&'a self, stage: &'a Stage) -> Result<Caller<'a>, StoryError> {
        let (program, client) = &self.school_program;
        Caller::with_token(&stage.base, program, client, None).await
    }

    /// The supplier with a token that is bound to this school and one purpose.
    async fn supplier<'a>(&'a self, stage: &'a Stage, purpose: &str) -> Result<Caller<'a>, StoryError> {
        let bound = Some((self.school.as_str(), purpose));
        Caller::with_token(&stage.base, stage.supplier.program(), &self.supplier_client, bound).await
    }

    async fn agree(&self, stage: &Stage, teller: &mut Teller<'_>) -> Result<(), StoryError> {
        teller.chapter("the board and the supplier agree, the school approves, and the product is switched on")?;
        let supplier = Caller::with_token(&stage.base, stage.supplier.program(), &self.supplier_client, None).await?;
        let (agreement, hash) = self.sign(stage, &supplier, ANNEX).await?;
        let short: String = hash.chars().take(12).collect();
        let why = format!("it signed the hash {short}... of the same annex that the supplier signed");
        teller.line(
            "the board accepts the agreement of Rekenbaai",
            "accepted by both sides",
            &why,
        )?;

        let school = self.school(stage).await?;
        let path = format!("/v1/schools/{}/approvals", self.school);
        school
            .post(&path, &json!({ "agreement": agreement, "module": "berichten" }), 201)
            .await?;
        let why = "an optional module is inactive until the school approves it";
        teller.line("the school approves the module `berichten`", "on record", why)?;

        let path = format!("/v1/boards/{}/mandates", self.board);
        let board = self.board(stage).await?;
        board.post(&path, &json!({ "supplier": self.supplier }), 201).await?;
        let why = "a board authorises each supplier by name";
        teller.line("the board gives the supplier a mandate", "on record", why)?;

        self.switch_on(stage).await?;
        let why = "the school chose the group and the supplier accepted";
        teller.line(
            "the school switches the product on",
            &format!("on, for {GROUP} only"),
            why,
        )
    }

    /// The school switches the product on for the group, and the supplier accepts.
    async fn switch_on(&self, stage: &Stage) -> Result<(), StoryError> {
        let path = format!("/v1/schools/{}/activations", self.school);
        let body = json!({ "product": self.product, "scope": { "kind": "groupNames", "members": [GROUP] } });
        let activation = self.school(stage).await?.post(&path, &body, 201).await?;
        let path = format!("{path}/{}/_accept", text(&activation, "/id")?);
        let supplier = Caller::with_token(&stage.base, stage.supplier.program(), &self.supplier_client, None).await?;
        supplier.post(&path, &json!({}), 200).await.map(drop)
    }

    async fn connect(&self, stage: &Stage, teller: &mut Teller<'_>) -> Result<(), StoryError> {
        teller.chapter("the school connects its administration system, and its roster is pulled")?;
        let (program, client) = &self.operator_office;
        let office = Caller::with_token(&stage.base, program, client, None).await?;
        self.sign(stage, &office, SLUIS_ANNEX).await?;
        let why = "the operator is a processor too, and without its own agreement no connection starts";
        teller.line(
            "the board accepts the agreement of Sluis itself",
            "accepted by both sides",
            why,
        )?;
        let school = self.school(stage).await?;
        let path = format!("/v1/schools/{}/connections", self.school);
        let connection = json!({
            "dialect": "uwlr-2.2", "endpoint": stage.administration.url(),
            "authorisationKey": AUTHORISATION_KEY, "clientCode": CLIENT_CODE, "clientName": CLIENT_NAME,
        });
        let connection = school.post(&path, &connection, 201).await?;
        let path = format!("{path}/{}", text(&connection, "/id")?);
        school.post(&format!("{path}/_activate"), &json!({}), 200).await?;
        teller.line(
            "the school activates the connection",
            "active",
            "activation is its permission to pull",
        )?;
        let run = school.post(&format!("{path}/_pull"), &json!({}), 200).await?;
        must(text(&run, "/outcome")? == "applied", "the roster must be applied")?;
        let count = |name| {
            run.pointer(&format!("/counts/{name}"))
                .and_then(Value::as_u64)
                .unwrap_or_default()
        };
        let answered = format!(
            "{} persons, {} fields left at the school",
            count("added"),
            count("withheldFields")
        );
        must(
            count("added") > 0 && count("withheldFields") > 0,
            "some fields must be kept and some not",
        )?;
        let why = "only what an active agreement needs is taken in";
        teller.line("the UWLR connection is pulled", &answered, why)
    }

    async fn log_in(&self, stage: &Stage, teller: &mut Teller<'_>) -> Result<(), StoryError> {
        teller.chapter("a pupil logs in by Kennisnet")?;
        let insider = pupil(PUPIL);
        let first = self.log_in_as(stage, &insider.user_name).await?;
        let second = self.log_in_as(stage, &insider.user_name).await?;
        let account = text(&first, "/sub")?;
        must(
            text(&second, "/sub")? == account,
            "the account must be the same at each login",
        )?;
        let protocol = [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "at_hash",
        ];
        let mut attributes: Vec<&str> = first
            .as_object()
            .map(|claims| {
                claims
                    .keys()
                    .map(String::as_str)
                    .filter(|claim| !protocol.contains(claim))
                    .collect()
            })
            .unwrap_or_default();
        attributes.sort_unstable();
        must(
            attributes == ["eckId", "givenName", "groups", "yearGroup"],
            "just the agreed attributes must come",
        )?;
        let short: String = account.chars().take(13).collect();
        let answered = format!("the same account {short}... twice, with {}", attributes.join(", "));
        let why = "D13 is agreed and article 7.4 lets only the agreed attribute set go with a login";
        teller.line(
            &format!("{} of {GROUP} logs in, twice", insider.given_name),
            &answered,
            why,
        )?;

        let outsider = pupil(OUTSIDER);
        let end = self.walk(stage, &outsider.user_name).await?;
        must(
            end.is_none(),
            "a pupil outside the scope must not come back with a code",
        )?;
        let asked = format!("{} of {} logs in", outsider.given_name, outsider.group.name);
        teller.line(
            &asked,
            "a page says that it does not work",
            "the product is on for another group",
        )
    }

    /// The claims that the supplier gets for a login.
    async fn log_in_as(&self, stage: &Stage, username: &str) -> Result<Value, StoryError> {
        let address = self.walk(stage, username).await?;
        let address = address.ok_or_else(|| StoryError::Wrong("the login must come back with a code".to_owned()))?;
        Ok(stage.supplier.finish(&address).await?.claims)
    }

    /// Walks a browser's way: supplier, Sluis, Kennisnet, Sluis, and back to the supplier if it ends well.
    async fn walk(&self, stage: &Stage, username: &str) -> Result<Option<Url>, StoryError> {
        let http = stage.supplier.program().http();
        let mut address = stage.supplier.begin()?;
        let mut cookies = BTreeMap::new();
        for _ in 0..5 {
            if address.as_str().starts_with(&stage.supplier.return_address()) {
                return Ok(Some(address));
            }
            if address.as_str().starts_with(stage.kennisnet.issuer()) {
                address = Kennisnet::picked(&address, username);
            }
            let shown: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = http.get(address.clone()).header("cookie", shown.join("; "));
            let response = request.send().await.map_err(ProgramError::from)?;
            let kept = response.headers().get_all("set-cookie").into_iter();
            cookies.extend(kept.filter_map(|cookie| {
                let (pair, _) = cookie.to_str().ok()?.split_once(';')?;
                let (name, value) = pair.split_once('=')?;
                Some((name.to_owned(), value.to_owned()))
            }));
            let next = response
                .headers()
                .get("location")
                .and_then(|location| location.to_str().ok());
            let Some(next) = next else { return Ok(None) };
            address = address
                .join(next)
                .map_err(|error| StoryError::Wrong(error.to_string()))?;
        }
        Err(StoryError::Wrong("the login goes round in circles".to_owned()))
    }

    async fn ask<'a>(&'a self, stage: &'a Stage, teller: &mut Teller<'_>) -> Result<Caller<'a>, StoryError> {
        teller.chapter("the supplier asks for pupils under a purpose that is agreed")?;
        let supplier = self.supplier(stage, "D4").await?;
        let path = format!("/v1/schools/{}/learners/_search", self.school);
        let wanted = json!({ "attributes": ["givenName", "familyName", "groups", "birthDate"], "limit": 200 });
        let answer = supplier.post(&path, &wanted, 200).await?;
        let pupils = list(&answer, "/items")?;
        let outsider = pupil(OUTSIDER).given_name;
        let in_group = |pupil: &Value| {
            list(pupil, "/attributes/groups").is_ok_and(|groups| groups.iter().any(|group| group["name"] == GROUP))
        };
        must(
            !pupils.is_empty() && pupils.iter().all(in_group),
            "only pupils within the scope may be in the list",
        )?;
        let [first] = list(&answer, "/withheld")? else {
            return Err(StoryError::Wrong("just one attribute must be withheld".to_owned()));
        };
        must(
            text(first, "/attribute")? == "birthDate",
            "the birth date must be withheld",
        )?;
        let asked = "Rekenbaai asks names, groups and birth dates under D4";
        let reason = text(first, "/reason/code")?;
        let answered = format!("{} pupils of {GROUP}, birthDate withheld ({reason})", pupils.len());
        let why = "D4 is in an active row, and the row does not have the category of the birth date";
        teller.line(asked, &answered, why)?;
        let eck_id = json!({ "school": self.school, "eckId": pupil(OUTSIDER).eck_id });
        let refused = supplier.post("/v1/accounts/_resolve", &eck_id, 403).await?;
        let code = text(&refused, "/reasons/0/code")?;
        must(
            code == "person_not_available",
            "a person outside the scope must look like an unknown one",
        )?;
        let why = "outside the scope looks like unknown";
        teller.line(
            &format!("Rekenbaai asks for {outsider}, who is outside the scope"),
            code,
            why,
        )?;
        Ok(supplier)
    }

    async fn ask_too_much(&self, stage: &Stage, teller: &mut Teller<'_>) -> Result<(), StoryError> {
        teller.chapter("the supplier asks under D5, which is not agreed")?;
        let supplier = self.supplier(stage, "D5").await?;
        let path = format!("/v1/schools/{}/learners/_search", self.school);
        let refused = supplier.post(&path, &json!({}), 403).await?;
        let reasons = list(&refused, "/reasons")?;
        let reason = reasons
            .iter()
            .find(|reason| text(reason, "/code").is_ok_and(|code| code == "purpose_not_agreed"))
            .cloned()
            .unwrap_or_default();
        let (code, article) = (text(&reason, "/code")?, text(&reason, "/article/number")?);
        let fixer = text(&reason, "/whoCanFix")?;
        let answered = format!("refused: {code}, D5 is missing (article {article}); the {fixer} can fix it");
        teller.line(
            "Rekenbaai asks pupils under D5",
            &answered,
            "no active row of the agreement holds D5",
        )
    }

    async fn switch_off(&self, stage: &Stage, token: &Caller<'_>, teller: &mut Teller<'_>) -> Result<(), StoryError> {
        teller.chapter("the school switches the product off")?;
        let school = self.school(stage).await?;
        let path = format!("/v1/schools/{}/activations", self.school);
        let activations = school.get(&path).await?;
        let path = format!("{path}/{}/_end", text(&activations, "/items/0/id")?);
        school.post(&path, &json!({}), 200).await?;
        teller.line("the school ends the activation", "ended", "it decides, at any moment")?;
        let path = format!("/v1/schools/{}/learners/_search", self.school);
        let refused = token.post(&path, &json!({}), 403).await?;
        let code = text(&refused, "/reasons/0/code")?;
        must(
            code == "activation_ended",
            "the reason must be that the school switched it off",
        )?;
        let why = "a permit takes effect only if nothing was withdrawn before its record";
        teller.line(
            "Rekenbaai asks again with the very same token",
            &format!("refused: {code}"),
            why,
        )
    }

    async fn look_back(&self, stage: &Stage, teller: &mut Teller<'_>) -> Result<(), StoryError> {
        teller.chapter("the school looks at the records of all this, and checks them without trusting Sluis")?;
        let school = self.school(stage).await?;
        let records = school
            .get(&format!("/v1/schools/{}/records?limit=200", self.school))
            .await?;
        let records = list(&records, "/items")?;
        let of = |outcome: &str| records.iter().filter(|record| record["outcome"] == outcome).count();
        let answered = format!(
            "{} records, {} permits and {} refusals among them",
            records.len(),
            of("permit"),
            of("deny")
        );
        for step in [
            "agreement.accept",
            "approval.give",
            "mandate.give",
            "activation.request",
            "activation.accept",
            "connection.activate",
            "roster.run",
            "login.release",
            "learner.search",
            "account.resolve",
            "activation.end",
        ] {
            let on_record = records.iter().any(|record| record["name"] == step);
            must(on_record, &format!("`{step}` must be on record"))?;
        }
        must(
            of("permit") > 0 && of("deny") > 0,
            "permits and refusals must be on record",
        )?;
        teller.line(
            "the school lists its records",
            &answered,
            "each passage and each refusal is recorded first",
        )?;
        let export = school
            .post(
                &format!("/v1/schools/{}/records/_export", self.school),
                &json!({ "known": [] }),
                200,
            )
            .await?;
        let export: SchoolExport =
            serde_json::from_value(export).map_err(|error| StoryError::Wrong(error.to_string()))?;
        let key = stage
            .verifier_key()
            .ok_or_else(|| StoryError::Wrong("the log has no key".to_owned()))?;
        let report = verify_export(&export, &key, None);
        must(report.is_sound(), "the export must be sound")?;
        let answered = format!(
            "{} records proved, those of this looking and exporting too: no gap, no change, in the signed tree",
            report.records
        );
        let why = "hashes, chains and inclusion proofs fit the signed checkpoints";
        teller.line("the school verifies its export of the ledger", &answered, why)
    }
}
