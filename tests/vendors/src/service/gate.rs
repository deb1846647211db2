//! A port of 127.0.0.1: open, or shut, so that connections are refused.

use axum::Router;
use std::net::SocketAddr;
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};

/// How many connections may wait to be taken.
const BACKLOG: u32 = 128;

/// A port and what answers there. Nothing does when it is dropped.
pub(crate) struct Gate {
    address: SocketAddr,
    router: Router,
    task: JoinHandle<()>,
    /// Keeps the port while nobody listens at it.
    held: Option<TcpSocket>,
}

impl Gate {
    pub(crate) fn open(listener: TcpListener, router: Router) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { address, task: serve(listener, router.clone()), router, held: None })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Refuses connections from here on; those that are there already go on. The port stays ours: nobody else gets it
    /// meanwhile.
    pub(crate) async fn shut(&mut self) {
        end(&mut self.task).await;
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("an option of sockets");
        socket.bind(self.address).expect("the port that was just left");
        self.held = Some(socket);
    }

    /// Takes connections again.
    pub(crate) fn reopen(&mut self) {
        let socket = self.held.take().expect("the port is shut");
        self.task = serve(socket.listen(BACKLOG).expect("the port is ours"), self.router.clone());
    }

    /// Ends it and waits until the port is free.
    pub(crate) async fn close(mut self) {
        end(&mut self.task).await;
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "a server runs beside what asks it")]
fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        axum::serve(listener, router).await.expect("the server runs until it is ended");
    })
}

async fn end(task: &mut JoinHandle<()>) {
    task.abort();
    // The task was cancelled, which is what it reports.
    if let Err(error) = task.await {
        assert!(error.is_cancelled(), "the server failed: {error}");
    }
}
