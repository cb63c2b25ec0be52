//! Matters. Their texts are sealed: by the key of the school where a matter is about one school alone, else by that of the service.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use sluis_core::{
    agreement::Side,
    id::{AccountId, BoardId, MatterId, ProductId, SchoolId},
    matter::{Matter, Opening, Step},
    time::Timestamp,
};
use zeroize::Zeroizing;

use super::{Repository, parsed};
use crate::{
    app::{
        matter::{MatterFile, NewMatter, NewStep},
        sealing::KeyScope,
        store::{MatterStore, Page, StoreError},
    },
    storage::{Expect, Query, Row, Statement, WriteSet, keyring::guard_keys_of, params},
};

const MATTER_ADD: Statement = Statement {
    name: "matter_add",
    sql: "INSERT INTO matters (id, kind, report, board, product, agreement, person, opened_at) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
};
const MATTER_SCHOOL_ADD: Statement = Statement {
    name: "matter_school_add",
    sql: "INSERT INTO matter_schools (matter, school) VALUES ($1, $2)",
};
const MATTER_PRODUCT_ADD: Statement = Statement {
    name: "matter_product_add",
    sql: "INSERT INTO matter_products (matter, product, account) VALUES ($1, $2, $3)",
};
/// A guard: so many steps are known, with the opening. Whoever adds one has read those before it.
const MATTER_STEPS_KNOWN: Statement = Statement {
    name: "matter_steps_known",
    sql: "SELECT number FROM matter_steps WHERE matter = $1",
};
const MATTER_STEP_ADD: Statement = Statement {
    name: "matter_step_add",
    sql: "INSERT INTO matter_steps (matter, number, side, client, happened_at, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
};
const MATTER_MOVE: Statement = Statement {
    name: "matter_move",
    sql: "UPDATE matters SET closed_at = $2 WHERE id = $1",
};
const MATTER: Statement = Statement {
    name: "matter",
    sql: "SELECT id, report, board, product, agreement, person FROM matters WHERE id = $1",
};
/// What a board sees: its own, and what is filed for all that have an agreement about a product. Kinds, schools and the moment of the
/// end are spans, from one value to itself or over all that there are.
const MATTERS_OF_BOARD: Statement = Statement {
    name: "matters_of_board",
    sql: "SELECT id, report, board, product, agreement, person FROM matters \
          WHERE (board = $1 OR (board IS NULL AND product IN (SELECT product FROM agreements WHERE board = $1 \
          AND EXISTS (SELECT side FROM acceptances WHERE agreement = agreements.id AND side = $9)))) \
          AND id > $2 AND kind >= $4 AND kind <= $5 AND (closed_at IS NULL OR closed_at > $6) \
          AND (EXISTS (SELECT school FROM matter_schools WHERE matter = matters.id AND school >= $7 AND school <= $8) \
          OR NOT EXISTS (SELECT school FROM matter_schools WHERE matter = matters.id)) ORDER BY id LIMIT $3",
};
const MATTERS_OF_PRODUCT: Statement = Statement {
    name: "matters_of_product",
    sql: "SELECT id, report, board, product, agreement, person FROM matters \
          WHERE id IN (SELECT matter FROM matter_products WHERE product = $1) \
          AND id > $2 AND kind >= $4 AND kind <= $5 AND (closed_at IS NULL OR closed_at > $6) ORDER BY id LIMIT $3",
};
const MATTERS_OF_REPORT: Statement = Statement {
    name: "matters_of_report",
    sql: "SELECT id, report, board, product, agreement, person FROM matters WHERE report = $1 ORDER BY id",
};
const MATTER_SCHOOLS: Statement = Statement {
    name: "matter_schools",
    sql: "SELECT school FROM matter_schools WHERE matter = $1 ORDER BY school",
};
const MATTER_PRODUCTS: Statement = Statement {
    name: "matter_products",
    sql: "SELECT product, account FROM matter_products WHERE matter = $1 ORDER BY product",
};
const MATTER_STEPS: Statement = Statement {
    name: "matter_steps",
    sql: "SELECT number, side, happened_at, sealed FROM matter_steps WHERE matter = $1 ORDER BY number",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &MATTER_ADD,
    &MATTER_SCHOOL_ADD,
    &MATTER_PRODUCT_ADD,
    &MATTER_STEPS_KNOWN,
    &MATTER_STEP_ADD,
    &MATTER_MOVE,
    &MATTER,
    &MATTERS_OF_BOARD,
    &MATTERS_OF_PRODUCT,
    &MATTERS_OF_REPORT,
    &MATTER_SCHOOLS,
    &MATTER_PRODUCTS,
    &MATTER_STEPS,
];

/// The place that a step is sealed for.
fn place(matter: MatterId, number: u64) -> String {
    format!("matters/{matter}/{number}")
}

impl Repository {
    pub(super) async fn matter_opened(&self, set: &mut WriteSet, new: &NewMatter) -> Result<(), StoreError> {
        let file = &new.file;
        let values = params![
            file.id,
            new.opening.kind().as_str(),
            file.report,
            file.board,
            file.product,
            file.agreement,
            file.person,
            new.at,
        ];
        set.one(&MATTER_ADD, values);
        for school in &file.schools {
            set.one(&MATTER_SCHOOL_ADD, params![file.id, *school]);
        }
        for product in &file.products {
            let account = file.accounts.get(product).copied();
            set.one(&MATTER_PRODUCT_ADD, params![file.id, *product, account]);
        }
        let sealed = self.seal_step(file, 0, &new.opening).await?;
        guard_keys_of(set, [sealed.as_slice()]);
        let values = params![file.id, 0_u64, new.side.as_str(), new.by, new.at, sealed];
        set.one(&MATTER_STEP_ADD, values);
        Ok(())
    }

    pub(super) async fn matter_moved(&self, set: &mut WriteSet, new: &NewStep) -> Result<(), StoreError> {
        let id = new.of.id;
        set.push(&MATTER_STEPS_KNOWN, params![id], Expect::Exactly(new.number));
        let sealed = self.seal_step(&new.of, new.number, &new.step).await?;
        guard_keys_of(set, [sealed.as_slice()]);
        set.one(
            &MATTER_STEP_ADD,
            params![id, new.number, new.side.as_str(), new.by, new.at, sealed],
        );
        set.one(&MATTER_MOVE, params![id, new.closes.then_some(new.at)]);
        for (product, account) in &new.joins {
            set.one(&MATTER_PRODUCT_ADD, params![id, *product, *account]);
        }
        Ok(())
    }

    async fn seal_step<T: Serialize>(&self, file: &MatterFile, number: u64, what: &T) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(what).map_err(|_| StoreError::Corrupt("a step that cannot be written"))?;
        let key = self.sealing.key(scope(file.sealed_for())).await?;
        key.seal(&place(file.id, number), &Zeroizing::new(plain))
    }

    /// The matters of these rows, each with its schools, products and steps.
    async fn files(&self, rows: &[Row]) -> Result<Vec<MatterFile>, StoreError> {
        let mut found = Vec::new();
        for row in rows {
            let id: MatterId = row.get(0)?;
            let query = |statement| Query {
                statement,
                params: params![id],
            };
            let answers = self
                .together([query(&MATTER_SCHOOLS), query(&MATTER_PRODUCTS), query(&MATTER_STEPS)])
                .await?;
            let [schools, products, steps] = answers;
            let schools = schools.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
            let mut file = self.file(row, schools, &steps).await?;
            for row in &products {
                let product: ProductId = row.get(0)?;
                file.products.insert(product);
                file.accounts
                    .extend(row.get::<Option<AccountId>>(1)?.map(|account| (product, account)));
            }
            found.push(file);
        }
        Ok(found)
    }

    async fn file(&self, row: &Row, schools: BTreeSet<SchoolId>, steps: &[Row]) -> Result<MatterFile, StoreError> {
        let unreadable = StoreError::Corrupt("a matter");
        let id: MatterId = row.get(0)?;
        let alone = match schools.len() {
            1 => schools.first().copied(),
            _ => None,
        };
        let key = self.sealing.key(scope(alone)).await?;
        let mut matter: Option<Matter> = None;
        for step in steps {
            let (number, side): (u64, String) = (step.get(0)?, step.get(1)?);
            let side = parsed("side", Side::parse(&side))?;
            let (at, sealed): (Timestamp, Vec<u8>) = (step.get(2)?, step.get(3)?);
            let plain = key.open(&place(id, number), &sealed)?;
            match &mut matter {
                None => matter = Some(Matter::open(read::<Opening>(&plain)?, side, at)),
                Some(matter) => {
                    if !matter.put(read::<Step>(&plain)?, side, at) {
                        return Err(unreadable);
                    }
                }
            }
        }
        Ok(MatterFile {
            id,
            report: row.get(1)?,
            board: row.get(2)?,
            schools,
            product: row.get(3)?,
            products: BTreeSet::new(),
            agreement: row.get(4)?,
            person: row.get(5)?,
            accounts: BTreeMap::new(),
            only_of: None,
            matter: matter.ok_or(unreadable)?,
        })
    }
}

fn scope(school: Option<SchoolId>) -> KeyScope {
    school.map_or(KeyScope::Platform, KeyScope::School)
}

fn read<T: DeserializeOwned>(plain: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(plain).map_err(|_| StoreError::Corrupt("a step of a matter"))
}

#[async_trait]
impl MatterStore for Repository {
    async fn matter(&self, matter: MatterId) -> Result<Option<MatterFile>, StoreError> {
        let rows = self.executor.read(&MATTER, params![matter]).await?;
        Ok(self.files(&rows).await?.pop())
    }

    async fn matters_of_board(
        &self,
        board: BoardId,
        school: Option<SchoolId>,
        kind: &'static str,
        open: bool,
        page: Page<sluis_core::id::Matter>,
    ) -> Result<Vec<MatterFile>, StoreError> {
        let mut values = listed(*board.as_bytes(), kind, open, page);
        let of = |school: SchoolId| (*school.as_bytes(), *school.as_bytes());
        let (first, last) = school.map_or(([0; 16], [0xff; 16]), of);
        values.extend(params![first, last, Side::Board.as_str()]);
        let rows = self.executor.read(&MATTERS_OF_BOARD, values).await?;
        self.files(&rows).await
    }

    async fn matters_of_product(
        &self,
        product: ProductId,
        kind: &'static str,
        open: bool,
        page: Page<sluis_core::id::Matter>,
    ) -> Result<Vec<MatterFile>, StoreError> {
        let rows = self
            .executor
            .read(&MATTERS_OF_PRODUCT, listed(*product.as_bytes(), kind, open, page))
            .await?;
        self.files(&rows).await
    }

    async fn matters_of_report(&self, report: MatterId) -> Result<Vec<MatterFile>, StoreError> {
        let rows = self.executor.read(&MATTERS_OF_REPORT, params![report]).await?;
        self.files(&rows).await
    }
}

fn listed(
    of: [u8; 16],
    kind: &'static str,
    open: bool,
    page: Page<sluis_core::id::Matter>,
) -> Vec<crate::storage::Value> {
    let after = page.after.map_or([0; 16], |after| *after.as_bytes());
    let last = if kind.is_empty() { "~" } else { kind };
    let closed_after = if open { i64::MAX } else { i64::MIN };
    params![of, after, page.limit, kind, last, closed_after]
}
