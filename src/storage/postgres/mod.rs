//! The server engine: any number of replicas, sharing nothing else.
//!
//! Every session ends by itself what takes too long (`statement_timeout`, `lock_timeout`,
//! `idle_in_transaction_session_timeout`), so that a replica that hangs keeps nobody waiting.

pub mod bind;
mod evidence;
pub mod fence;
mod migration;
mod options;
mod stream;
mod tls;

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};
pub use deadpool_postgres::Transaction;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use futures::future::join_all;
use sluis_core::time::Timestamp;
pub use tokio_postgres::IsolationLevel;

pub(in crate::storage) use self::evidence::PostgresLog;
pub use self::options::PostgresOptions;
use super::{
    error::{Fault, StorageError},
    executor::{Executor, Priority, Query},
    statement::Statement,
    value::Row,
    write_set::{Fence, WriteSet},
};

/// How often a transaction that collides with another is tried.
const TRIES: usize = 10;

/// A server with the schema up to date. Clones share the connections.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
    namespace: Arc<str>,
}

/// What happens inside one transaction. It may run several times, each time from the start and in a new transaction,
/// so it leaves no trace outside of the transaction.
#[async_trait]
pub trait Work: Send + Sync {
    /// What it answers.
    type Output: Send;

    /// Runs once, and neither commits nor rolls back: an error rolls back.
    async fn run(&self, transaction: &Transaction<'_>) -> Result<Self::Output, StorageError>;
}

impl Postgres {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// When the server does not answer or its schema is newer.
    pub async fn open(options: PostgresOptions) -> Result<Self, StorageError> {
        let size = options.connections.get();
        let (config, tls) = options.into_parts()?;
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = match tls {
            None => Manager::from_config(config, tokio_postgres::NoTls, recycling),
            Some(tls) => Manager::from_config(config, tls, recycling),
        };
        let pool = Pool::builder(manager)
            .max_size(size)
            .timeouts(Timeouts {
                wait: Some(Duration::from_secs(5)),
                create: Some(Duration::from_secs(10)),
                recycle: Some(Duration::from_secs(5)),
            })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StorageError::Unavailable {
                cause: Fault::own(error.to_string()),
            })?;
        let mut postgres = Self {
            pool,
            namespace: Arc::from(""),
        };
        postgres.namespace = migration::bring_up_to_date(postgres.connection().await?).await?;
        Ok(postgres)
    }

    /// Runs work in one transaction, again when it collides with another (40001, 40P01), and commits.
    ///
    /// # Errors
    /// What the work answered; [`StorageError::Contention`] when it collided too often;
    /// [`StorageError::Unavailable`] when the server is gone, perhaps after it committed.
    pub async fn transaction<W: Work>(&self, isolation: IsolationLevel, work: &W) -> Result<W::Output, StorageError> {
        self.again_on_collision(|| async move {
            let mut connection = self.connection().await?;
            let transaction = connection
                .build_transaction()
                .isolation_level(isolation)
                .start()
                .await
                .map_err(|error| bind::failed("begin", &error))?;
            let done = work.run(&transaction).await;
            // Either way the locks are gone before anybody hears of it.
            let ended = match done {
                Ok(_) => transaction.commit().await,
                Err(_) => transaction.rollback().await,
            };
            let output = done?;
            ended.map_err(|error| bind::failed("commit", &error))?;
            Ok(output)
        })
        .await
    }

    /// The schema that the tables are in: part of the keys of advisory locks, which a whole database shares.
    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    async fn connection(&self) -> Result<Object, StorageError> {
        self.pool.get().await.map_err(|error| StorageError::Unavailable {
            cause: match error {
                deadpool_postgres::PoolError::Backend(error) => bind::fault(&error),
                other => Fault::own(other.to_string()),
            },
        })
    }

    async fn again_on_collision<T, F>(&self, attempt: impl FnMut() -> F + Send) -> Result<T, StorageError>
    where
        T: Send,
        F: Future<Output = Result<T, StorageError>> + Send,
    {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(2))
            .with_max_delay(Duration::from_millis(200))
            .with_max_times(TRIES)
            .with_jitter();
        attempt
            .retry(pauses)
            .when(|error| matches!(error, StorageError::Contention { .. }))
            .await
    }
}

const NOW: Statement = Statement {
    name: "executor_now",
    sql: "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
};

/// A write-set as work.
struct Apply<'a> {
    writes: WriteSet,
    postgres: &'a Postgres,
}

impl Apply<'_> {
    /// INVARIANT: what is written for a client reads whether it was revoked behind its fence, which only a snapshot of its own
    /// sees. It rests on rows that it locks, as acts do, and needs no more.
    fn isolation(&self) -> IsolationLevel {
        match self.writes.askers().is_empty() {
            true => IsolationLevel::Serializable,
            false => IsolationLevel::ReadCommitted,
        }
    }
}

#[async_trait]
impl Work for Apply<'_> {
    type Output = Vec<u64>;

    async fn run(&self, transaction: &Transaction<'_>) -> Result<Vec<u64>, StorageError> {
        let askers = self.writes.askers();
        if !askers.is_empty() {
            let fences = askers.iter().copied().map(Fence::Client);
            self.postgres.hold_shared(transaction, fences).await?;
            evidence::refuse_revoked(transaction, askers.clone()).await?;
        }
        bind::apply(transaction, self.postgres.namespace(), &self.writes).await
    }
}

#[async_trait]
impl Executor for Postgres {
    async fn read_together(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StorageError> {
        let mut connection = self.connection().await?;
        if let [only] = queries.as_slice() {
            let rows = bind::query(&*connection, only.statement, &only.params).await?;
            return Ok(vec![rows]);
        }
        let transaction = connection
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await
            .map_err(|error| bind::failed("begin", &error))?;
        // All go out at once; the server answers them in turn, from one snapshot.
        let asked = queries
            .iter()
            .map(|query| bind::query(&transaction, query.statement, &query.params));
        let answers = join_all(asked).await;
        let ended = transaction.rollback().await;
        let answers = answers.into_iter().collect::<Result<_, _>>()?;
        ended.map_err(|error| bind::failed("rollback", &error))?;
        Ok(answers)
    }

    async fn now(&self) -> Result<Timestamp, StorageError> {
        let row = self.find(&NOW, Vec::new()).await?;
        row.ok_or_else(|| StorageError::Unavailable {
            cause: Fault::own("the server does not tell the time"),
        })?
        .get("now")
    }

    async fn write(&self, writes: WriteSet, _priority: Priority) -> Result<Vec<u64>, StorageError> {
        let work = Apply { writes, postgres: self };
        self.transaction(work.isolation(), &work).await
    }
}
