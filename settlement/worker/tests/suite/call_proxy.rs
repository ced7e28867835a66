//! A line between settlement and its node that is cut at one call: it reads what goes over it as JSON-RPC.

use futures::{SinkExt, StreamExt};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite::Message;

/// On which side of the node's work the line is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The call never gets to the node.
    BeforeTheCall,
    /// The node has done what was asked, and its answer never comes back.
    BeforeTheAnswer,
}

/// A call, and what happens to the line at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) method: String,
    /// Which of the calls of this method, from 1.
    pub(crate) number: u32,
    pub(crate) cut: Cut,
}

#[derive(Default)]
struct Calls {
    /// Calls of each method since the cut was planned, of all connections.
    counts: BTreeMap<String, u32>,
    planned: Option<Plan>,
    was_cut: bool,
    /// Notifications do not get through, while calls are answered.
    is_mute: bool,
}

/// A line that counts calls, and is cut once at a planned one. Connections made after that hold.
pub(crate) struct CallLine {
    address: SocketAddr,
    task: JoinHandle<()>,
    calls: Arc<Mutex<Calls>>,
}

impl CallLine {
    /// A line to the node at `url`.
    pub(crate) async fn to(url: &str) -> CallLine {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(Mutex::new(Calls::default()));
        let (url, for_task) = (url.to_owned(), calls.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, url.clone(), for_task.clone()));
            }
        });
        CallLine { address, task, calls }
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Counts from 1 again, and cuts once at the planned call, or not at all.
    pub(crate) fn plan(&self, planned: Option<Plan>) {
        *self.calls.lock().unwrap() = Calls { planned, ..Calls::default() };
    }

    /// How many calls of each method there were.
    pub(crate) fn counts(&self) -> BTreeMap<String, u32> {
        self.calls.lock().unwrap().counts.clone()
    }

    /// From now on subscriptions say nothing; calls are answered.
    pub(crate) fn mute(&self) {
        self.calls.lock().unwrap().is_mute = true;
    }

    /// Whether there were so many calls that it was cut.
    pub(crate) fn was_cut(&self) -> bool {
        self.calls.lock().unwrap().was_cut
    }
}

impl Drop for CallLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a message of the client's means for the line.
enum Fate {
    Carried,
    CutNow,
    /// To be cut when the answer to this comes.
    CutAtAnswer(serde_json::Value),
}

fn fate(request: &str, calls: &Mutex<Calls>) -> Fate {
    let request: serde_json::Value = serde_json::from_str(request).unwrap();
    let method = request["method"].as_str().unwrap();
    let mut calls = calls.lock().unwrap();
    let count = calls.counts.entry(method.to_owned()).or_default();
    *count += 1;
    let count = *count;
    match &calls.planned {
        Some(plan) if plan.method == method && plan.number == count => match plan.cut {
            Cut::BeforeTheCall => {
                calls.was_cut = true;
                Fate::CutNow
            }
            Cut::BeforeTheAnswer => Fate::CutAtAnswer(request["id"].clone()),
        },
        _ => Fate::Carried,
    }
}

/// Ends, and with it both connections, at the cut or when either side has gone away.
async fn carry(client: TcpStream, url: String, calls: Arc<Mutex<Calls>>) {
    client.set_nodelay(true).unwrap();
    let Ok(mut client) = tokio_tungstenite::accept_async(client).await else { return };
    let Ok((mut node, _)) = tokio_tungstenite::connect_async_with_config(url, None, true).await else {
        return;
    };
    let mut awaited = None;
    loop {
        tokio::select! {
            asked = client.next() => {
                let Some(Ok(asked)) = asked else { return };
                if let Message::Text(request) = &asked {
                    match fate(request, &calls) {
                        Fate::Carried => {}
                        Fate::CutNow => return,
                        Fate::CutAtAnswer(id) => awaited = Some(id),
                    }
                }
                if node.send(asked).await.is_err() {
                    return;
                }
            }
            answered = node.next() => {
                let Some(Ok(answered)) = answered else { return };
                if let Message::Text(text) = &answered {
                    let text: serde_json::Value = serde_json::from_str(text).unwrap();
                    let mut calls = calls.lock().unwrap();
                    if awaited.as_ref().is_some_and(|id| *id == text["id"]) {
                        calls.was_cut = true;
                        return;
                    }
                    if calls.is_mute && text.get("method").is_some() {
                        continue;
                    }
                }
                if client.send(answered).await.is_err() {
                    return;
                }
            }
        }
    }
}
