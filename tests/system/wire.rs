//! A wire between client and server that a test can cut, hold, and lead to another server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) struct Wire {
    pub(crate) url: String,
    target: Arc<Mutex<SocketAddr>>,
    connections: Arc<Mutex<JoinSet<()>>>,
    /// Whether answers are held back.
    held: watch::Sender<bool>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Wire {
    pub(crate) async fn to(server: &str) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let target = Arc::new(Mutex::new(address(server)));
        let connections = Arc::new(Mutex::new(JoinSet::new()));
        let held = watch::Sender::new(false);
        let (to, all, hold) = (target.clone(), connections.clone(), held.clone());
        let accepting = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (to, hold) = (*to.lock().unwrap(), hold.subscribe());
                all.lock().unwrap().spawn(async move {
                    // Where nobody listens, the client's connection is closed.
                    let Ok(server) = TcpStream::connect(to).await else { return };
                    let _ = client.set_nodelay(true).and(server.set_nodelay(true));
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    let never = watch::Sender::new(false).subscribe();
                    tokio::select! {
                        () = carry(from_client, to_server, never) => {}
                        () = carry(from_server, to_client, hold) => {}
                    }
                });
            }
        });
        Wire { url, target, connections, held, accepting }
    }

    /// New connections go to this server.
    pub(crate) fn lead_to(&self, server: &str) {
        *self.target.lock().unwrap() = address(server);
    }

    /// Ends all connections.
    pub(crate) fn cut(&self) {
        self.connections.lock().unwrap().abort_all();
    }

    /// Holds the server's bytes back, or lets them go.
    pub(crate) fn hold_answers(&self, hold: bool) {
        self.held.send_replace(hold);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("http://").parse().unwrap()
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut held: watch::Receiver<bool>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        // Where nobody can hold it any more, it goes on.
        let _ = held.wait_for(|held| !held).await;
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
