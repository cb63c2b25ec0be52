//! Group commit: one task takes an entry, drains what else waits, commits once, and then answers all.

use std::sync::Arc;

use metrics::{counter, histogram};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

use super::log::Log;
use crate::{
    app::evidence::{Entry, Recorded},
    storage::{Fault, StorageError},
};

/// At most so many records are committed at once. There is no artificial delay: a lone one goes at once.
const BATCH: usize = 1_024;
/// More than this waiting means that the disk does not keep up: refusing is better than a longer queue.
const QUEUE: usize = 16_384;

type Answer = Result<Recorded, StorageError>;

struct Waiting {
    entry: Arc<Entry>,
    answer: oneshot::Sender<Answer>,
}

/// The way to the one task that records decisions. Clones lead to the same task.
#[derive(Debug, Clone)]
pub struct EvidenceWriter {
    queue: mpsc::Sender<Waiting>,
}

/// The task itself; whoever starts it stops it.
#[derive(Debug)]
pub struct EvidenceTask {
    stop: Arc<Notify>,
    task: JoinHandle<()>,
}

impl EvidenceWriter {
    /// Starts the task on the present runtime.
    pub fn start(log: Arc<dyn Log>) -> (Self, EvidenceTask) {
        Self::start_with(log, QUEUE)
    }

    fn start_with(log: Arc<dyn Log>, queue: usize) -> (Self, EvidenceTask) {
        let (queue, waiting) = mpsc::channel(queue);
        let stop = Arc::new(Notify::new());
        let task = tokio::spawn(run(log, waiting, Arc::clone(&stop)));
        (Self { queue }, EvidenceTask { stop, task })
    }

    /// Records a decision; answers when it is durable.
    ///
    /// # Errors
    /// When it could not be recorded, the queue is full, or the task was stopped. Nothing may be released then.
    pub async fn record(&self, entry: Entry) -> Answer {
        let (answer, answered) = oneshot::channel();
        let entry = Arc::new(entry);
        self.queue.try_send(Waiting { entry, answer }).map_err(|refused| {
            counter!("evidence_refused_total").increment(1);
            unavailable(match refused {
                mpsc::error::TrySendError::Full(_) => "too many decisions wait to be recorded",
                mpsc::error::TrySendError::Closed(_) => "recording has stopped",
            })
        })?;
        answered
            .await
            .unwrap_or_else(|_| Err(unavailable("recording ended without an answer")))
    }

    /// Whether decisions can be recorded: the service is not ready otherwise.
    pub fn is_open(&self) -> bool {
        !self.queue.is_closed()
    }
}

impl EvidenceTask {
    /// Takes nothing more, records what waits, leaves the stream to whoever comes next, and ends.
    pub async fn stop(self) {
        self.stop.notify_one();
        if let Err(error) = self.task.await {
            tracing::error!(error = %error, "recording of decisions ended badly");
        }
    }
}

async fn run(log: Arc<dyn Log>, mut waiting: mpsc::Receiver<Waiting>, stop: Arc<Notify>) {
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        tokio::select! {
            biased;
            // The channel closes: what waits is still received, and then nothing.
            () = stop.notified(), if !waiting.is_closed() => waiting.close(),
            taken = waiting.recv_many(&mut batch, BATCH) => match taken {
                0 => return log.release().await,
                _ => commit(log.as_ref(), batch).await,
            },
        }
    }
}

async fn commit(log: &dyn Log, batch: Vec<Waiting>) {
    #[expect(clippy::cast_precision_loss, reason = "a batch has at most 1,024 records")]
    histogram!("evidence_batch_size").record(batch.len() as f64);
    let entries = batch.iter().map(|waiting| Arc::clone(&waiting.entry)).collect();
    match log.append(entries).await {
        Ok(recorded) => {
            for (waiting, recorded) in batch.into_iter().zip(recorded) {
                tell(waiting, Ok(recorded));
            }
        }
        // One entry that the tables refuse must not take the others with it.
        Err(error) if batch.len() > 1 && is_about_one(&error) => {
            for waiting in batch {
                let recorded = log.append(vec![Arc::clone(&waiting.entry)]).await;
                tell(waiting, recorded.and_then(only));
            }
        }
        Err(error) => {
            let message = error.to_string();
            tracing::error!(error = %error, batch = batch.len(), "decisions could not be recorded");
            for waiting in batch {
                tell(waiting, Err(unavailable(&message)));
            }
        }
    }
}

fn tell(waiting: Waiting, answer: Answer) {
    let outcome = match &answer {
        Ok(Recorded::Committed(_)) => "committed",
        Ok(Recorded::Stale { .. }) => "stale",
        Ok(Recorded::Revoked) => "revoked",
        Err(_) => "failed",
    };
    counter!("evidence_decisions_total", "outcome" => outcome).increment(1);
    // Nobody may be waiting any more.
    let _ = waiting.answer.send(answer);
}

const fn is_about_one(error: &StorageError) -> bool {
    matches!(
        error,
        StorageError::Duplicate { .. } | StorageError::Constraint { .. } | StorageError::Nul { .. }
    )
}

fn only(recorded: Vec<Recorded>) -> Answer {
    recorded
        .into_iter()
        .next()
        .ok_or_else(|| unavailable("recording ended without an answer"))
}

fn unavailable(message: &str) -> StorageError {
    StorageError::Unavailable {
        cause: Fault::own(message),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use sluis_core::{
        id::RecordId,
        ledger::{Outcome, Owner, RecordDraft, RecordKind},
        random::SeededRandom,
        time::Timestamp,
    };
    use tokio::sync::Semaphore;

    use super::*;
    use crate::{app::evidence::Committed, storage::evidence::WrittenAct};

    /// A log that waits for a permit before each commit, and notes the sizes of what it was given.
    struct Slow {
        commits: Semaphore,
        sizes: Mutex<Vec<usize>>,
        refused: Option<RecordId>,
        broken: bool,
    }

    impl Slow {
        fn new(commits: usize) -> Self {
            Self {
                commits: Semaphore::new(commits),
                sizes: Mutex::default(),
                refused: None,
                broken: false,
            }
        }

        fn sizes(&self) -> Vec<usize> {
            self.sizes.lock().unwrap().clone()
        }
    }

    #[async_trait]
    impl Log for Slow {
        async fn append(&self, batch: Vec<Arc<Entry>>) -> Result<Vec<Recorded>, StorageError> {
            self.commits.acquire().await.unwrap().forget();
            self.sizes.lock().unwrap().push(batch.len());
            if self.broken {
                return Err(unavailable("the disk is full"));
            }
            if batch.iter().any(|entry| Some(entry.draft().id) == self.refused) {
                return Err(StorageError::Duplicate { statement: "test" });
            }
            let committed = batch.iter().map(|entry| {
                Recorded::Committed(Committed {
                    record: entry.draft().id,
                    stream: 1,
                    position: 0,
                    sequence: 0,
                })
            });
            Ok(committed.collect())
        }

        async fn act(&self, _: WrittenAct) -> Result<Vec<Committed>, StorageError> {
            Err(unavailable("not here"))
        }
    }

    fn entry(number: u64) -> Entry {
        let (now, random) = (Timestamp::from_millis(0), SeededRandom::new(number));
        let (kind, outcome) = (RecordKind::Decision, Outcome::Permit);
        Entry::new(
            0,
            RecordDraft::new(kind, outcome, Owner::Operator, "learner_search", "rest", now, &random),
        )
    }

    /// Sends so many, and lets the task see them.
    async fn send(writer: &EvidenceWriter, numbers: std::ops::Range<u64>) -> Vec<JoinHandle<Answer>> {
        let sent = numbers.map(|number| {
            let writer = writer.clone();
            tokio::spawn(async move { writer.record(entry(number)).await })
        });
        let sent = sent.collect();
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        sent
    }

    async fn answers(sent: Vec<JoinHandle<Answer>>) -> Vec<Answer> {
        let mut answers = Vec::new();
        for one in sent {
            answers.push(one.await.unwrap());
        }
        answers
    }

    #[tokio::test]
    async fn a_lone_entry_goes_at_once_and_what_comes_meanwhile_goes_together() {
        let log = Arc::new(Slow::new(0));
        let (writer, _task) = EvidenceWriter::start(Arc::<Slow>::clone(&log));
        let mut sent = send(&writer, 0..1).await;
        sent.extend(send(&writer, 1..2_000).await);
        log.commits.add_permits(10);
        assert!(answers(sent).await.iter().all(Result::is_ok));
        assert_eq!(log.sizes(), [1, 1_024, 975]);
    }

    #[tokio::test]
    async fn when_storage_fails_everybody_who_waits_is_told() {
        let log = Slow {
            broken: true,
            ..Slow::new(10)
        };
        let (writer, _task) = EvidenceWriter::start(Arc::new(log));
        for answer in answers(send(&writer, 0..50).await).await {
            assert!(matches!(answer, Err(StorageError::Unavailable { .. })));
        }
        assert!(writer.is_open(), "the next may succeed");
    }

    #[tokio::test]
    async fn an_entry_that_is_refused_is_refused_alone() {
        let log = Slow {
            refused: Some(entry(2).draft().id),
            ..Slow::new(10)
        };
        let (writer, _task) = EvidenceWriter::start(Arc::new(log));
        let answers = answers(send(&writer, 0..4).await).await;
        let refused: Vec<_> = answers.iter().map(Result::is_err).collect();
        assert_eq!(refused, [false, false, true, false]);
    }

    #[tokio::test]
    async fn stopping_records_what_waits_and_takes_nothing_more() {
        let log = Arc::new(Slow::new(0));
        let (writer, task) = EvidenceWriter::start(Arc::<Slow>::clone(&log));
        let sent = send(&writer, 0..30).await;
        let stopping = tokio::spawn(task.stop());
        tokio::task::yield_now().await;
        log.commits.add_permits(10);
        stopping.await.unwrap();
        assert!(answers(sent).await.iter().all(Result::is_ok));
        assert!(writer.record(entry(99)).await.is_err());
        assert!(!writer.is_open());
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let log = Arc::new(Slow::new(0));
        let (writer, _task) = EvidenceWriter::start_with(Arc::<Slow>::clone(&log), 3);
        let sent = send(&writer, 0..1).await;
        let more = send(&writer, 1..4).await;
        assert!(matches!(
            writer.record(entry(4)).await,
            Err(StorageError::Unavailable { .. })
        ));
        log.commits.add_permits(10);
        assert!(
            answers(sent)
                .await
                .iter()
                .chain(&answers(more).await)
                .all(Result::is_ok)
        );
    }
}
