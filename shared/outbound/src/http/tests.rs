//! The SDK's real client against real sockets: what each silence is taken for.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
};

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};

use super::*;

/// A server that gives its one connection to `serve`; answers its address.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 1024];
        let _ = stream.read(&mut asked).unwrap();
        serve(stream);
    });
    address
}

async fn get(address: &str, limit: Duration) -> Result<http::Response<Bytes>, HttpError> {
    let config = SdkConfig::builder()
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build();
    let request = http::Request::get(address).body(Bytes::new()).unwrap();
    Http::new(&config).unwrap().send(request, Instant::now().checked_add(limit).unwrap()).await
}

const LIMIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn an_answer_is_read_whole() {
    let address = server(|mut stream| {
        stream.write_all(b"HTTP/1.1 503 Busy\r\nretry-after: 86400\r\ncontent-length: 5\r\n\r\nhe").unwrap();
        stream.write_all(b"llo").unwrap();
    });
    let answer = get(&address, LIMIT).await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers().get("retry-after").unwrap(), "86400");
    assert_eq!(answer.body().as_ref(), b"hello");
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(get(&address, LIMIT).await.unwrap_err(), HttpError::NotSent);
}

#[tokio::test]
async fn what_was_received_is_never_called_unsent() {
    let hang_up = server(drop);
    assert_eq!(get(&hang_up, LIMIT).await.unwrap_err(), HttpError::Lost);
    let cut = server(|mut stream| stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf").unwrap());
    assert_eq!(get(&cut, LIMIT).await.unwrap_err(), HttpError::Lost);
    let nonsense = server(|mut stream| stream.write_all(b"what?\r\n\r\n").unwrap());
    assert_eq!(get(&nonsense, LIMIT).await.unwrap_err(), HttpError::Lost);
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let (held, hold) = std::sync::mpsc::channel::<()>();
    let address = server(move |stream| {
        let _ = hold.recv();
        drop(stream);
    });
    assert_eq!(get(&address, Duration::from_millis(50)).await.unwrap_err(), HttpError::Timeout);
    drop(held);
    assert_eq!(get(&address, Duration::ZERO).await.unwrap_err(), HttpError::NotSent, "no time left");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let address = server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let _ = stream.write_all(&vec![b'x'; BODY_LIMIT + 1]);
    });
    assert_eq!(get(&address, LIMIT).await.unwrap_err(), HttpError::TooLong);
}
