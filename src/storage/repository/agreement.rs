//! Agreements, acceptances, approvals, mandates, activations, and what a policy is compiled from.

use async_trait::async_trait;
use sluis_core::{
    agreement::{Side, SupplierKind},
    id::{AgreementId, BoardId, ProductId, SchoolId},
    time::{Timestamp, Window},
};

use super::{
    EPOCH, Repository,
    agreement_step::{self, STEPS, STEPS_OF_BOARD, STEPS_OF_PRODUCT},
    contact::{CONTACTS, contact},
    epoch,
    instruction::{INSTRUCTIONS, SUSPENSIONS, with_suspensions},
    narrowing::{NARROWINGS, narrowing},
    organisation::start,
    parsed,
    roster::{GROUPS, group},
    stance::{STANCES, stance},
};
use crate::{
    app::{
        activation::{Activation, Mandate},
        agreement::{Acceptance, Agreement, Approval, ApprovalForm, Form},
        contact::Contact,
        instruction::Instruction,
        narrowing::Narrowing,
        stance::Stance,
        store::{AgreementStore, OrganisationStore, Page, PolicyInputs, StoreError},
    },
    storage::{Query, Row, Statement, StorageError, params},
};

pub(crate) const AGREEMENT_ADD: Statement = Statement {
    name: "agreement_add",
    sql: "INSERT INTO agreements \
          (id, board, supplier, product, annex, annex_hash, valid_from, valid_until, offered_at) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
pub(crate) const AGREEMENTS_OFFERED: Statement = Statement {
    name: "agreements_offered",
    sql: "SELECT id FROM agreements WHERE board = $1 AND product = $2 AND (valid_until IS NULL OR valid_until > $3) \
          AND NOT EXISTS (SELECT 1 FROM acceptances WHERE agreement = agreements.id AND side = $4)",
};
pub(crate) const ACCEPTANCE_ADD: Statement = Statement {
    name: "acceptance_add",
    sql: "INSERT INTO acceptances (agreement, side, client, accepted_at, form) VALUES ($1, $2, $3, $4, $5)",
};
pub(crate) const AGREEMENT: Statement = Statement {
    name: "agreement",
    sql: "SELECT id, board, supplier, product, annex, annex_hash, valid_from, valid_until, offered_at \
          FROM agreements WHERE id = $1",
};
pub(crate) const AGREEMENTS_OF_BOARD: Statement = Statement {
    name: "agreements_of_board",
    sql: "SELECT id, board, supplier, product, annex, annex_hash, valid_from, valid_until, offered_at \
          FROM agreements WHERE board = $1 AND id > $2 ORDER BY id LIMIT $3",
};
pub(crate) const AGREEMENTS_ABOUT: Statement = Statement {
    name: "agreements_about",
    sql: "SELECT id, board, supplier, product, annex, annex_hash, valid_from, valid_until, offered_at \
          FROM agreements WHERE board = $1 AND product = $2 ORDER BY id",
};
pub(crate) const PROCESSORS_OF_BOARD: Statement = Statement {
    name: "processors_of_board",
    sql: "SELECT id FROM suppliers \
          WHERE id IN (SELECT supplier FROM agreements WHERE board = $1) AND kind = $2 ORDER BY id",
};
pub(crate) const AGREEMENTS_OF_PRODUCT: Statement = Statement {
    name: "agreements_of_product",
    sql: "SELECT id, board, supplier, product, annex, annex_hash, valid_from, valid_until, offered_at \
          FROM agreements WHERE product = $1 AND id > $2 ORDER BY id LIMIT $3",
};
pub(crate) const ACCEPTANCES: Statement = Statement {
    name: "acceptances",
    sql: "SELECT side, client, accepted_at, agreement, form FROM acceptances WHERE agreement = $1 ORDER BY side",
};
pub(crate) const ACCEPTANCES_OF_BOARD: Statement = Statement {
    name: "acceptances_of_board",
    sql: "SELECT side, client, accepted_at, agreement, form FROM acceptances \
          WHERE agreement IN (SELECT id FROM agreements WHERE board = $1) ORDER BY agreement, side",
};
pub(crate) const ACCEPTANCES_OF_PRODUCT: Statement = Statement {
    name: "acceptances_of_product",
    sql: "SELECT side, client, accepted_at, agreement, form FROM acceptances \
          WHERE agreement IN (SELECT id FROM agreements WHERE product = $1) ORDER BY agreement, side",
};
pub(crate) const APPROVAL_ADD: Statement = Statement {
    name: "approval_add",
    sql: "INSERT INTO approvals (id, school, agreement, module, valid_from, valid_until, form) \
          VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
pub(crate) const APPROVALS_OPEN: Statement = Statement {
    name: "approvals_open",
    sql: "SELECT id FROM approvals WHERE school = $1 AND agreement = $2 AND module = $3 AND valid_until IS NULL",
};
pub(crate) const APPROVAL_END: Statement = Statement {
    name: "approval_end",
    sql: "UPDATE approvals SET valid_until = $3 WHERE school = $1 AND id = $2 AND valid_until IS NULL",
};
pub(crate) const APPROVALS: Statement = Statement {
    name: "approvals",
    sql: "SELECT id, school, agreement, module, valid_from, valid_until, form FROM approvals \
          WHERE school = $1 ORDER BY id",
};
pub(crate) const APPROVALS_OF_BOARD: Statement = Statement {
    name: "approvals_of_board",
    sql: "SELECT id, school, agreement, module, valid_from, valid_until, form FROM approvals \
          WHERE school IN (SELECT id FROM schools WHERE board = $1) ORDER BY school, id",
};
pub(crate) const MANDATE_ADD: Statement = Statement {
    name: "mandate_add",
    sql: "INSERT INTO mandates (id, board, supplier, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5)",
};
pub(crate) const MANDATES_OPEN: Statement = Statement {
    name: "mandates_open",
    sql: "SELECT id FROM mandates WHERE board = $1 AND supplier = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
pub(crate) const MANDATE_END: Statement = Statement {
    name: "mandate_end",
    sql: "UPDATE mandates SET valid_until = $3 \
          WHERE board = $1 AND id = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
pub(crate) const MANDATES: Statement = Statement {
    name: "mandates",
    sql: "SELECT id, board, supplier, valid_from, valid_until FROM mandates WHERE board = $1 ORDER BY id",
};
pub(crate) const ACTIVATION_ADD: Statement = Statement {
    name: "activation_add",
    sql: "INSERT INTO activations (id, school, product, scope, valid_from, valid_until, accepted_by_supplier_at) \
          VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
pub(crate) const ACTIVATIONS_OPEN: Statement = Statement {
    name: "activations_open",
    sql: "SELECT id FROM activations WHERE school = $1 AND product = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
pub(crate) const ACTIVATION_ACCEPT: Statement = Statement {
    name: "activation_accept",
    sql: "UPDATE activations SET accepted_by_supplier_at = $3 \
          WHERE school = $1 AND id = $2 AND accepted_by_supplier_at IS NULL",
};
pub(crate) const ACTIVATION_END: Statement = Statement {
    name: "activation_end",
    sql: "UPDATE activations SET valid_until = $3 \
          WHERE school = $1 AND id = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
pub(crate) const ACTIVATIONS: Statement = Statement {
    name: "activations",
    sql: "SELECT id, school, product, scope, valid_from, valid_until, accepted_by_supplier_at \
          FROM activations WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &AGREEMENT_ADD,
    &AGREEMENTS_OFFERED,
    &ACCEPTANCE_ADD,
    &AGREEMENT,
    &AGREEMENTS_OF_BOARD,
    &AGREEMENTS_ABOUT,
    &PROCESSORS_OF_BOARD,
    &AGREEMENTS_OF_PRODUCT,
    &ACCEPTANCES,
    &ACCEPTANCES_OF_BOARD,
    &ACCEPTANCES_OF_PRODUCT,
    &APPROVAL_ADD,
    &APPROVALS_OPEN,
    &APPROVAL_END,
    &APPROVALS,
    &APPROVALS_OF_BOARD,
    &MANDATE_ADD,
    &MANDATES_OPEN,
    &MANDATE_END,
    &MANDATES,
    &ACTIVATION_ADD,
    &ACTIVATIONS_OPEN,
    &ACTIVATION_ACCEPT,
    &ACTIVATION_END,
    &ACTIVATIONS,
];

fn agreement(row: &Row) -> Result<Agreement, StorageError> {
    Ok(Agreement {
        id: row.get(0)?,
        board: row.get(1)?,
        supplier: row.get(2)?,
        product: row.get(3)?,
        annex: row.get(4)?,
        annex_hash: row.get(5)?,
        window: Window {
            from: row.get(6)?,
            until: row.get(7)?,
        },
        offered_at: row.get(8)?,
        acceptances: Vec::new(),
        steps: Vec::new(),
    })
}

fn acceptance(row: &Row) -> Result<Acceptance, StorageError> {
    let side: String = row.get(0)?;
    Ok(Acceptance {
        side: parsed("side", Side::parse(&side))?,
        by: row.get(1)?,
        at: row.get(2)?,
        // What was accepted before there was a choice was accepted by a program.
        form: match row.get::<Option<String>>(4)? {
            Some(form) => parsed("form", serde_json::from_str(&form).ok())?,
            None => Form::Program,
        },
    })
}

fn approval(row: &Row) -> Result<Approval, StorageError> {
    Ok(Approval {
        id: row.get(0)?,
        school: row.get(1)?,
        agreement: row.get(2)?,
        module: row.get(3)?,
        window: Window {
            from: row.get(4)?,
            until: row.get(5)?,
        },
        form: parsed("form", ApprovalForm::parse(&row.get::<String>(6)?).ok())?,
    })
}

fn mandate(row: &Row) -> Result<Mandate, StorageError> {
    Ok(Mandate {
        id: row.get(0)?,
        board: row.get(1)?,
        supplier: row.get(2)?,
        window: Window {
            from: row.get(3)?,
            until: row.get(4)?,
        },
    })
}

fn activation(row: &Row) -> Result<Activation, StorageError> {
    let scope: String = row.get(3)?;
    Ok(Activation {
        id: row.get(0)?,
        school: row.get(1)?,
        product: row.get(2)?,
        scope: parsed("scope", serde_json::from_str(&scope).ok())?,
        window: Window {
            from: row.get(4)?,
            until: row.get(5)?,
        },
        accepted_by_supplier_at: row.get(6)?,
    })
}

/// Puts each acceptance and each step of a list with its agreement.
fn whole(agreements: &[Row], acceptances: &[Row], steps: &[Row]) -> Result<Vec<Agreement>, StorageError> {
    let mut found: Vec<Agreement> = agreements.iter().map(agreement).collect::<Result<_, _>>()?;
    for row in acceptances {
        let of: AgreementId = row.get(3)?;
        if let Some(agreement) = found.iter_mut().find(|agreement| agreement.id == of) {
            agreement.acceptances.push(acceptance(row)?);
        }
    }
    agreement_step::put(&mut found, steps)?;
    Ok(found)
}

#[async_trait]
impl AgreementStore for Repository {
    async fn agreement(&self, id: AgreementId) -> Result<Option<Agreement>, StoreError> {
        let query = |statement| Query {
            statement,
            params: params![id],
        };
        let queries = [query(&AGREEMENT), query(&ACCEPTANCES), query(&STEPS)];
        let [agreements, acceptances, steps] = self.together(queries).await?;
        Ok(whole(&agreements, &acceptances, &steps)?.pop())
    }

    async fn agreements_of_board(
        &self,
        board: BoardId,
        page: Page<sluis_core::id::Agreement>,
    ) -> Result<Vec<Agreement>, StoreError> {
        let agreements = Query {
            statement: &AGREEMENTS_OF_BOARD,
            params: params![board, start(page.after), page.limit],
        };
        let of_board = |statement| Query {
            statement,
            params: params![board],
        };
        let queries = [agreements, of_board(&ACCEPTANCES_OF_BOARD), of_board(&STEPS_OF_BOARD)];
        let [agreements, acceptances, steps] = self.together(queries).await?;
        Ok(whole(&agreements, &acceptances, &steps)?)
    }

    async fn agreements_about(&self, board: BoardId, product: ProductId) -> Result<Vec<Agreement>, StoreError> {
        let agreements = Query {
            statement: &AGREEMENTS_ABOUT,
            params: params![board, product],
        };
        let of_board = |statement| Query {
            statement,
            params: params![board],
        };
        let queries = [agreements, of_board(&ACCEPTANCES_OF_BOARD), of_board(&STEPS_OF_BOARD)];
        let [agreements, acceptances, steps] = self.together(queries).await?;
        Ok(whole(&agreements, &acceptances, &steps)?)
    }

    async fn agreements_of_product(
        &self,
        product: ProductId,
        page: Page<sluis_core::id::Agreement>,
    ) -> Result<Vec<Agreement>, StoreError> {
        let agreements = Query {
            statement: &AGREEMENTS_OF_PRODUCT,
            params: params![product, start(page.after), page.limit],
        };
        let of_product = |statement| Query {
            statement,
            params: params![product],
        };
        let queries = [
            agreements,
            of_product(&ACCEPTANCES_OF_PRODUCT),
            of_product(&STEPS_OF_PRODUCT),
        ];
        let [agreements, acceptances, steps] = self.together(queries).await?;
        Ok(whole(&agreements, &acceptances, &steps)?)
    }

    async fn contacts(&self, board: BoardId) -> Result<Vec<Contact>, StoreError> {
        self.list(&CONTACTS, params![board], contact).await
    }

    async fn approvals_of_board(&self, board: BoardId) -> Result<Vec<Approval>, StoreError> {
        self.list(&APPROVALS_OF_BOARD, params![board], approval).await
    }

    async fn approvals(&self, school: SchoolId) -> Result<Vec<Approval>, StoreError> {
        self.list(&APPROVALS, params![school], approval).await
    }

    async fn mandates(&self, board: BoardId) -> Result<Vec<Mandate>, StoreError> {
        self.list(&MANDATES, params![board], mandate).await
    }

    async fn activations(&self, school: SchoolId) -> Result<Vec<Activation>, StoreError> {
        self.list(&ACTIVATIONS, params![school], activation).await
    }

    async fn instructions(&self, school: SchoolId) -> Result<Vec<Instruction>, StoreError> {
        let query = |statement| Query {
            statement,
            params: params![school],
        };
        let queries = [query(&INSTRUCTIONS), query(&SUSPENSIONS)];
        let [instructions, suspensions] = self.together(queries).await?;
        Ok(with_suspensions(&instructions, &suspensions)?)
    }

    async fn narrowings(&self, school: SchoolId) -> Result<Vec<Narrowing>, StoreError> {
        self.list(&NARROWINGS, params![school], narrowing).await
    }

    async fn stances(&self, school: SchoolId) -> Result<Vec<Stance>, StoreError> {
        self.list(&STANCES, params![school], stance).await
    }

    async fn policy_inputs(&self, id: SchoolId) -> Result<Option<PolicyInputs>, StoreError> {
        let Some(found) = self.school(id).await? else {
            return Ok(None);
        };
        let of_board = |statement| Query {
            statement,
            params: params![found.board],
        };
        let of_school = |statement| Query {
            statement,
            params: params![id],
        };
        let everything = Query {
            statement: &AGREEMENTS_OF_BOARD,
            params: params![found.board, start(None::<AgreementId>), i64::MAX],
        };
        let distributors = Query {
            statement: &PROCESSORS_OF_BOARD,
            params: params![found.board, SupplierKind::Distributor.as_str()],
        };
        let queries = [
            of_school(&EPOCH),
            everything,
            distributors,
            of_board(&ACCEPTANCES_OF_BOARD),
            of_board(&STEPS_OF_BOARD),
            of_school(&APPROVALS),
            of_board(&MANDATES),
            of_school(&ACTIVATIONS),
            of_school(&INSTRUCTIONS),
            of_school(&SUSPENSIONS),
            of_school(&STANCES),
            of_school(&NARROWINGS),
            of_school(&GROUPS),
        ];
        let [
            epoch_rows,
            agreements,
            distributors,
            acceptances,
            steps,
            approvals,
            mandates,
            activations,
            instructions,
            suspensions,
            stances,
            narrowings,
            groups,
        ] = self.together(queries).await?;
        Ok(Some(PolicyInputs {
            epoch: epoch(&epoch_rows)?,
            moved_at: epoch_rows.first().map_or(Ok(Timestamp::default()), |row| row.get(1))?,
            school: found,
            agreements: whole(&agreements, &acceptances, &steps)?,
            distributors: distributors.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?,
            approvals: approvals.iter().map(approval).collect::<Result<_, _>>()?,
            mandates: mandates.iter().map(mandate).collect::<Result<_, _>>()?,
            activations: activations.iter().map(activation).collect::<Result<_, _>>()?,
            instructions: with_suspensions(&instructions, &suspensions)?,
            stances: stances.iter().map(stance).collect::<Result<_, _>>()?,
            narrowings: narrowings.iter().map(narrowing).collect::<Result<_, _>>()?,
            groups: groups.iter().map(group).collect::<Result<_, _>>()?,
        }))
    }
}
