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
        let (queue, waiting) = mpsc::channel(QUEUE);
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
    /// Takes nothing more, records what waits, and ends.
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
                0 => return,
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
