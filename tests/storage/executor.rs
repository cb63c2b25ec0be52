//! What the executor promises, on both engines.

use sluis::storage::{Database, Executor, Expect, Priority, Query, Statement, StorageError, WriteSet, params};
use sluis_core::time::{Clock, SystemClock};
use sluis_test_kit::databases;

const ADD: Statement = Statement {
    name: "test_add_key",
    // The parameters stand in another order than their numbers.
    sql: "INSERT INTO data_keys (created_at, wrapped, purpose, supplier, school, id) VALUES ($6, $5, $4, $3, $2, $1)",
};
const COUNT: Statement = Statement {
    name: "test_count_keys",
    sql: "SELECT COUNT(*) AS number FROM data_keys WHERE school = $1",
};
const FIND: Statement = Statement {
    name: "test_find_key",
    sql: "SELECT wrapped, purpose FROM data_keys WHERE purpose = $2 AND school = $1",
};
const TOUCH: Statement = Statement {
    name: "test_touch_key",
    sql: "UPDATE data_keys SET created_at = $2 WHERE id = $1",
};
const SCHOOL: [u8; 16] = [7; 16];

fn key(id: u8, purpose: &str) -> Vec<sluis::storage::Value> {
    params![[id; 16], SCHOOL, b"", purpose, [id; 4], 1_i64]
}

async fn number(executor: &dyn Executor) -> i64 {
    executor
        .find(&COUNT, params![SCHOOL])
        .await
        .unwrap()
        .unwrap()
        .int("number")
        .unwrap()
}

async fn write(executor: &dyn Executor, writes: &WriteSet) -> Result<Vec<u64>, StorageError> {
    executor.write(writes.clone(), Priority::Interactive).await
}

#[tokio::test]
async fn parameters_go_by_their_number() {
    for database in databases::both().await {
        let executor = database.database.executor();
        let mut writes = WriteSet::new();
        writes.one(&ADD, key(1, "seal"));
        assert_eq!(write(executor.as_ref(), &writes).await.unwrap(), [1]);
        let row = executor.find(&FIND, params![SCHOOL, "seal"]).await.unwrap().unwrap();
        assert_eq!(row.get::<[u8; 4]>("wrapped").unwrap(), [1; 4]);
        assert_eq!(row.get::<String>(1).unwrap(), "seal");
        assert_eq!(row.columns(), ["wrapped", "purpose"]);
    }
}

#[tokio::test]
async fn an_unmet_expectation_rolls_everything_back() {
    for database in databases::both().await {
        let executor = database.database.executor();
        let mut writes = WriteSet::new();
        writes.one(&ADD, key(1, "seal"));
        writes.one(&TOUCH, params![[9_u8; 16], 2_i64]);
        writes.one(&ADD, key(1, "seal"));
        let error = write(executor.as_ref(), &writes).await.unwrap_err();
        assert!(
            matches!(
                error,
                StorageError::Conflict {
                    statement: "test_touch_key"
                }
            ),
            "{}: {error:?}",
            database.engine()
        );
        assert_eq!(number(executor.as_ref()).await, 0);
    }
}

#[tokio::test]
async fn a_statement_that_reads_guards_by_its_rows() {
    for database in databases::both().await {
        let executor = database.database.executor();
        let mut writes = WriteSet::new();
        writes.push(&FIND, params![SCHOOL, "seal"], Expect::Exactly(0));
        writes.one(&ADD, key(1, "seal"));
        write(executor.as_ref(), &writes).await.unwrap();
        let error = write(executor.as_ref(), &writes).await.unwrap_err();
        assert!(
            matches!(
                error,
                StorageError::Conflict {
                    statement: "test_find_key"
                }
            ),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn duplicates_and_broken_rules_are_told_apart() {
    for database in databases::both().await {
        let executor = database.database.executor();
        let mut writes = WriteSet::new();
        writes.one(&ADD, key(1, "seal"));
        write(executor.as_ref(), &writes).await.unwrap();
        let error = write(executor.as_ref(), &writes).await.unwrap_err();
        assert!(
            matches!(
                error,
                StorageError::Duplicate {
                    statement: "test_add_key"
                }
            ),
            "{error:?}"
        );

        let mut writes = WriteSet::new();
        writes.one(&ADD, params![[1_u8; 15], SCHOOL, b"", "index", [1_u8], 1_i64]);
        let error = write(executor.as_ref(), &writes).await.unwrap_err();
        assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");

        let mut writes = WriteSet::new();
        writes.one(&ADD, params![[2_u8; 16], SCHOOL, b"", None::<String>, [1_u8], 1_i64]);
        let error = write(executor.as_ref(), &writes).await.unwrap_err();
        assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
        assert_eq!(number(executor.as_ref()).await, 1);
    }
}

#[tokio::test]
async fn parameters_that_do_not_fit_are_refused() {
    for database in databases::both().await {
        let executor = database.database.executor();
        let error = executor.read(&FIND, params![SCHOOL]).await.unwrap_err();
        assert!(
            matches!(
                error,
                StorageError::Parameters {
                    expected: 2,
                    given: 1,
                    ..
                }
            ),
            "{error:?}"
        );
        let error = executor.read(&FIND, params![SCHOOL, "a\0b"]).await.unwrap_err();
        assert!(matches!(error, StorageError::Nul { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_read_cannot_write() {
    let database = databases::sqlite().await;
    let error = database
        .database
        .executor()
        .read(&ADD, key(1, "seal"))
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn reads_together_see_one_moment() {
    for database in databases::both().await {
        let executor = database.database.executor();
        let count = || Query {
            statement: &COUNT,
            params: params![SCHOOL],
        };
        let writer = {
            let executor = database.database.executor();
            tokio::spawn(async move {
                for id in 1..=40 {
                    let mut writes = WriteSet::new();
                    writes.one(&ADD, key(id, &id.to_string()));
                    write(executor.as_ref(), &writes).await.unwrap();
                }
            })
        };
        while !writer.is_finished() {
            let answers = executor.read_together(vec![count(), count(), count()]).await.unwrap();
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
        }
        writer.await.unwrap();
        assert_eq!(number(executor.as_ref()).await, 40);
    }
}

#[tokio::test]
async fn writers_at_the_same_moment_all_get_their_turn_and_one_failure_stays_alone() {
    for database in databases::both().await {
        let writers: Vec<_> = (1..=60)
            .map(|id: u8| {
                let executor = database.database.executor();
                tokio::spawn(async move {
                    let mut writes = WriteSet::new();
                    writes.one(&ADD, key(id, &id.to_string()));
                    if id.is_multiple_of(3) {
                        writes.one(&TOUCH, params![[255_u8; 16], 1_i64]);
                    }
                    write(executor.as_ref(), &writes).await.is_ok()
                })
            })
            .collect();
        let mut done = 0;
        for writer in writers {
            done += i64::from(writer.await.unwrap());
        }
        assert_eq!(done, 40);
        assert_eq!(number(database.database.executor().as_ref()).await, 40);
    }
}

#[tokio::test]
async fn a_long_write_set_keeps_its_order() {
    for database in databases::both().await {
        let executor = database.database.executor();
        let mut writes = WriteSet::new();
        for number in 0..600_u64 {
            writes.push(&COUNT, params![SCHOOL], Expect::Exactly(1));
            writes.one(
                &ADD,
                params![
                    u128::from(number).to_be_bytes(),
                    SCHOOL,
                    b"",
                    number.to_string(),
                    b"",
                    1_i64
                ],
            );
            writes.one(&TOUCH, params![u128::from(number).to_be_bytes(), 2_i64]);
        }
        assert_eq!(write(executor.as_ref(), &writes).await.unwrap().len(), 1_800);
        assert_eq!(number(executor.as_ref()).await, 600);
    }
}

#[tokio::test]
async fn an_open_database_answers_and_an_unusable_address_does_not_open() {
    for database in databases::both().await {
        database.database.executor().ping().await.unwrap();
    }
    for address in [
        "mysql://root:secret@localhost/x",
        "",
        "/tmp/sluis.db",
        "postgres://u:secret@h/d?x=1",
    ] {
        let error = Database::open(address).await.err().unwrap();
        assert!(matches!(error, StorageError::Address { .. }), "{error:?}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_row_that_points_nowhere_is_refused() {
    const PRODUCT: Statement = Statement {
        name: "test_product",
        sql: "INSERT INTO products (id, supplier, name, created_at) VALUES ($1, $2, $3, $4)",
    };
    for database in databases::both().await {
        let mut writes = WriteSet::new();
        writes.one(&PRODUCT, params![[1_u8; 16], [2_u8; 16], "Sommen", 1_i64]);
        let error = write(database.database.executor().as_ref(), &writes).await.unwrap_err();
        assert!(
            matches!(
                error,
                StorageError::Reference {
                    statement: "test_product"
                }
            ),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_database_tells_the_time() {
    for database in databases::both().await {
        let before = SystemClock.now();
        let told = database.database.executor().now().await.unwrap();
        let apart = told.as_millis().abs_diff(before.as_millis());
        assert!(apart < 600_000, "{}: {told}", database.engine());
    }
}
