//! A bad line between settlement and its node: connections that end in the middle of whatever was being said.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// Each connection is cut after a number of bytes, in either direction: requests that never arrive, and answers that
/// never come back to requests that did. Which numbers they are follows from the seed.
pub(crate) struct BadLine {
    address: SocketAddr,
    task: JoinHandle<()>,
    /// Cuts all connections whenever it changes.
    cuts: watch::Sender<u64>,
    /// While true, nothing gets through, and nobody is told.
    is_dead: watch::Sender<bool>,
    random: Arc<Mutex<fastrand::Rng>>,
}

impl BadLine {
    /// A line to the node at `url`. A connection lives for `bytes` at most, and at least for a tenth of that.
    pub(crate) async fn to(url: &str, seed: u64, bytes: usize) -> BadLine {
        let node: SocketAddr = url.strip_prefix("ws://").unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cuts, is_dead) = (watch::Sender::new(0), watch::Sender::new(false));
        let random = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
        let (for_task, dead, from) = (cuts.clone(), is_dead.clone(), random.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (up, down) = {
                    let mut random = from.lock().unwrap();
                    (random.usize(bytes / 10..bytes), random.usize(bytes / 10..bytes))
                };
                tokio::spawn(carry(client, node, [up, down], for_task.subscribe(), dead.subscribe()));
            }
        });
        BadLine { address, task, cuts, is_dead, random }
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Cuts all connections now.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|count| *count += 1);
    }

    /// Lets nothing through any more, or lets it through again. Connections stay open all the while.
    pub(crate) fn set_dead(&self, is_dead: bool) {
        self.is_dead.send_replace(is_dead);
    }

    /// A number below `limit`, by the seed.
    pub(crate) fn below(&self, limit: u64) -> u64 {
        self.random.lock().unwrap().u64(..limit)
    }
}

impl Drop for BadLine {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn carry(
    client: TcpStream,
    node: SocketAddr,
    [up, down]: [usize; 2],
    mut cuts: watch::Receiver<u64>,
    is_dead: watch::Receiver<bool>,
) {
    let Ok(server) = TcpStream::connect(node).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::select! {
        () = copy(&mut from_client, &mut to_server, up, is_dead.clone()) => {}
        () = copy(&mut from_server, &mut to_client, down, is_dead) => {}
        _ = cuts.changed() => {}
    }
}

async fn copy(
    from: &mut tokio::net::tcp::OwnedReadHalf,
    to: &mut tokio::net::tcp::OwnedWriteHalf,
    mut left: usize,
    mut is_dead: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while left > 0 {
        let room = left.min(buffer.len());
        match from.read(&mut buffer[..room]).await {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if is_dead.wait_for(|is_dead| !is_dead).await.is_err() {
                    return;
                }
                if to.write_all(&buffer[..count]).await.is_err() {
                    return;
                }
                left -= count;
            }
        }
    }
}
