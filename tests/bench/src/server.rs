//! A server on a free port of 127.0.0.1 that ends with its owner.

use axum::{Router, serve::ListenerExt as _};
use std::{io, net::SocketAddr};
use tokio::{net::TcpListener, task::AbortHandle};

/// A running server; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    task: AbortHandle,
}

impl Server {
    /// Serves `router` on a free port.
    pub(crate) async fn start(router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        // Nagle's algorithm would add up to 40 ms to small answers.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        #[expect(clippy::disallowed_methods, reason = "this is no Lambda function: nothing freezes the task")]
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) }).abort_handle();
        Ok(Self { address, task })
    }

    /// Where it listens, `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as an origin.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
