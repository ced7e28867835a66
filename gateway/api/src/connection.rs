//! Connections: how many there are at once, and what each may do.

use crate::rate::ConnectionRate;
use futures::{Stream, StreamExt, stream::unfold};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tonic::transport::server::{Connected, TcpIncoming};

const TCP_KEEPALIVE: Duration = Duration::from_secs(60);
/// After an accept that failed, for want of file descriptors perhaps.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A connection that counts among those that are open.
pub(crate) struct Connection {
    stream: TcpStream,
    info: ConnectionInfo,
    _place: OwnedSemaphorePermit,
}

/// What the requests of a connection share.
#[derive(Clone)]
pub(crate) struct ConnectionInfo {
    pub(crate) rate: Arc<ConnectionRate>,
}

/// Connections from the listener. One more than `max` is closed at once.
pub(crate) fn incoming(
    listener: TcpListener,
    max: usize,
    rate: impl Fn() -> ConnectionRate + Send + Clone + 'static,
) -> impl Stream<Item = io::Result<Connection>> + Send {
    // Without nodelay a small request takes 40 ms. The server builder's own setting does nothing with a listener.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true)).with_keepalive(Some(TCP_KEEPALIVE));
    let places = Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS)));
    unfold((incoming, places, rate), async |(mut incoming, places, rate)| {
        loop {
            let stream = match incoming.next().await? {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection was not accepted");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            match places.clone().try_acquire_owned() {
                Ok(place) => {
                    let info = ConnectionInfo { rate: Arc::new(rate()) };
                    return Some((Ok(Connection { stream, info, _place: place }), (incoming, places, rate)));
                }
                Err(_) => tracing::warn!("as many connections are open as may be: one was closed"),
            }
        }
    })
}

impl Connected for Connection {
    type ConnectInfo = ConnectionInfo;

    fn connect_info(&self) -> ConnectionInfo {
        self.info.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
