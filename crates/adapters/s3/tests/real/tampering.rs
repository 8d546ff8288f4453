//! A network that changes what it carries.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

/// Passes everything on to `port`, with the first `from` of each piece read as `to`; answers its own port.
pub async fn proxy(port: u16, from: &'static [u8], to: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let (mut from_near, mut to_near) = near.into_split();
            let (mut from_far, mut to_far) = far.into_split();
            tokio::spawn(async move { copy(&mut from_far, &mut to_near).await });
            tokio::spawn(async move {
                let mut piece = vec![0; 64 * 1024];
                while let Ok(length @ 1..) = from_near.read(&mut piece).await {
                    let piece = &mut piece[..length];
                    if let Some(at) = piece.windows(from.len()).position(|window| window == from) {
                        piece[at..at + to.len()].copy_from_slice(to);
                    }
                    if to_far.write_all(piece).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    own
}
