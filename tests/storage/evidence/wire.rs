//! A wire between a replica and its database, which can fall silent or break in the midst of a transaction.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use url::Url;

/// What the wire does with what comes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// It carries it.
    Open,
    /// It keeps it for later, both ways.
    Silent,
    /// It is broken, for good.
    Broken,
}

/// The server's `ReadyForQuery`, before the state of the transaction (PostgreSQL frontend/backend protocol, 55.7).
const READY: &[u8] = b"Z\0\0\0\x05";

struct Shared {
    flow: watch::Sender<Flow>,
    /// After how many answers of the server the wire falls into the state beside it; 0 is never.
    armed: AtomicUsize,
    then: Flow,
}

/// A running wire; it breaks when it is dropped.
pub(super) struct Wire {
    /// The address of the database by this wire.
    pub(super) address: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Wire {
    /// A wire to the database at this address, which will fall into this state when it is armed.
    pub(super) async fn to(address: &str, then: Flow) -> Self {
        let mut url = Url::parse(address).unwrap();
        let server: SocketAddr = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432))
            .parse()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let shared = Arc::new(Shared {
            flow: watch::Sender::new(Flow::Open),
            armed: AtomicUsize::new(0),
            then,
        });
        let of_task = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((replica, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(server).await else {
                    return;
                };
                let (from_replica, to_replica) = replica.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(carry(from_replica, to_server, Arc::clone(&of_task), false));
                tokio::spawn(carry(from_server, to_replica, Arc::clone(&of_task), true));
            }
        });
        Self {
            address: url.into(),
            shared,
            task,
        }
    }

    /// Falls into its state after so many answers of the server from now on.
    pub(super) fn arm(&self, answers: usize) {
        self.shared.armed.store(answers, Ordering::SeqCst);
    }

    /// Sets what it does from now on; a broken wire stays broken.
    pub(super) fn set(&self, flow: Flow) {
        self.shared.flow.send_if_modified(|now| {
            let changes = *now != Flow::Broken && *now != flow;
            if changes {
                *now = flow;
            }
            changes
        });
    }

    /// Waits until it is no longer open.
    pub(super) async fn has_fallen(&self) {
        let mut flow = self.shared.flow.subscribe();
        flow.wait_for(|flow| *flow != Flow::Open).await.unwrap();
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.set(Flow::Broken);
        self.task.abort();
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    shared: Arc<Shared>,
    of_server: bool,
) {
    let mut flow = shared.flow.subscribe();
    let mut bytes = vec![0; 1 << 16];
    loop {
        let read = tokio::select! {
            _ = flow.wait_for(|flow| *flow == Flow::Broken) => return,
            read = from.read(&mut bytes) => read,
        };
        let Ok(length @ 1..) = read else { return };
        let piece = &bytes[..length];
        if of_server && piece.windows(READY.len()).any(|window| window == READY) {
            let count = |left: usize| left.checked_sub(1);
            if shared.armed.fetch_update(Ordering::SeqCst, Ordering::SeqCst, count) == Ok(1) {
                shared.flow.send_replace(shared.then);
            }
        }
        match flow.wait_for(|flow| *flow != Flow::Silent).await.map(|flow| *flow) {
            Ok(Flow::Open) => {}
            _ => return,
        }
        if to.write_all(piece).await.is_err() {
            return;
        }
    }
}
