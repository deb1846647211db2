//! A server on a free port of 127.0.0.1 that ends with its owner, and the way from one that stands in front of another.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, header},
    response::{IntoResponse as _, Response},
    serve::ListenerExt as _,
};
use std::{io, net::SocketAddr};
use tokio::{net::TcpListener, task::AbortHandle};

/// A running server; dropping it ends it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: AbortHandle,
}

impl Server {
    /// Serves `router` on a free port.
    pub async fn start(router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        // Nagle's algorithm would add up to 40 ms to small answers.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        #[expect(clippy::disallowed_methods, reason = "this is no Lambda function: nothing freezes the task")]
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) }).abort_handle();
        Ok(Self { address, task })
    }

    /// Where it listens, `127.0.0.1:PORT`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as an origin.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The server behind a front.
#[derive(Debug)]
pub struct Upstream {
    origin: String,
    client: reqwest::Client,
}

impl Upstream {
    /// By its origin.
    pub fn new(origin: &str) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            // The caller follows redirects itself.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { origin: origin.to_owned(), client })
    }

    /// Passes a request on, and the answer back.
    pub async fn send(
        &self,
        method: Method,
        path_and_query: &str,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> reqwest::Result<Response> {
        // Those belong to one connection.
        let own = [header::HOST, header::CONTENT_LENGTH, header::CONNECTION, header::TRANSFER_ENCODING];
        for name in &own {
            headers.remove(name);
        }
        let url = format!("{}{path_and_query}", self.origin);
        let answer = self.client.request(method, url).headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for name in &own {
            headers.remove(name);
        }
        let mut response = (status, answer.bytes().await?).into_response();
        *response.headers_mut() = headers;
        Ok(response)
    }
}
