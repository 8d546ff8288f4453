use axum::{Router, response::Redirect, routing::get};
use svetu_contracts::{
    ContractError,
    media::{Attachment, Visibility},
};
use svetu_kernel::MediaId;
use svetu_media::MediaConfig;

use super::{World, member, photo};

#[tokio::test]
async fn the_same_photo_is_stored_once() {
    let world = World::new().await;
    let contract = world.media.contract();
    let ((ana, _), (iva, _)) = (member(), member());
    let first = contract.store(ana, photo(1)).await.unwrap();
    let files = world.files().await;
    assert_eq!(files.len(), 4);
    assert_eq!(contract.store(ana, photo(1)).await.unwrap(), first);
    let hers = contract.store(iva, photo(1)).await.unwrap();
    assert_eq!(hers.picture.base_url, first.picture.base_url);
    assert_ne!(hers.picture.id, first.picture.id);
    assert_eq!(world.files().await, files);

    // At the same time, too.
    let all = futures::future::join_all((0..6).map(|_| contract.store(ana, photo(2)))).await;
    let ids: std::collections::BTreeSet<MediaId> = all.into_iter().map(|facts| facts.unwrap().picture.id).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn many_photos_are_stored_in_the_order_given_or_none() {
    let world = World::new().await;
    let contract = world.media.contract();
    let ((ana, _), (iva, _)) = (member(), member());
    let alone = contract.store(ana, photo(2)).await.unwrap();
    let given = vec![(iva, photo(2)), (ana, photo(1)), (ana, photo(2)), (iva, photo(1)), (ana, photo(1))];
    let many = contract.store_many(given.clone()).await.unwrap();
    let owners: Vec<_> = many.iter().map(|facts| facts.owner).collect();
    assert_eq!(owners, [iva, ana, ana, iva, ana]);
    assert_eq!(many[2], alone);
    assert_eq!(many[4], many[1]);
    assert_eq!(many[0].picture.base_url, alone.picture.base_url);
    assert_eq!(many[3].picture.base_url, many[1].picture.base_url);
    assert_ne!(many[3].picture.id, many[1].picture.id);
    // Two calls that name the same photos in other orders do not wait for each other.
    let turned: Vec<_> = given.iter().rev().cloned().collect();
    let all = futures::future::join_all([given.clone(), turned].map(|photos| contract.store_many(photos))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");

    let files = world.files().await.len();
    let broken = vec![(ana, photo(3)), (ana, bytes::Bytes::from_static(b"no photo"))];
    assert!(matches!(contract.store_many(broken).await, Err(ContractError::Refused(_))));
    let kept = world.files().await.len();
    assert!(kept == files || kept == files + 4, "what was written without a row is left to the sweep");
    let many = vec![(ana, photo(1)); 1_001];
    assert_eq!(contract.store_many(many).await, Err(ContractError::Refused("media.too_many".to_owned())));
    assert!(contract.store_many(vec![]).await.unwrap().is_empty());
}

#[tokio::test]
async fn holders_take_only_what_is_their_owners() {
    let world = World::new().await;
    let contract = world.media.contract();
    let ((ana, _), (iva, _)) = (member(), member());
    let (a, b) = (
        contract.store(ana, photo(1)).await.unwrap().picture.id,
        contract.store(ana, photo(2)).await.unwrap().picture.id,
    );
    let hers = contract.store(iva, photo(3)).await.unwrap().picture.id;
    let foreign = Err(ContractError::Refused("media.foreign".to_owned()));
    assert_eq!(contract.attach("listing_1", ana, &[a, hers], Visibility::Public).await, foreign);
    assert_eq!(
        contract.attach("listing_1", ana, &[MediaId::from_uuid(uuid::Uuid::new_v4())], Visibility::Public).await,
        foreign
    );
    contract.attach("listing_1", ana, &[b, a, b], Visibility::Public).await.unwrap();
    let order: Vec<MediaId> =
        contract.describe(&[b, hers, a]).await.unwrap().iter().map(|facts| facts.picture.id).collect();
    assert_eq!(order, [b, hers, a]);
    let too_many = vec![a; 1_001];
    assert_eq!(contract.describe(&too_many).await, Err(ContractError::Refused("media.too_many".to_owned())));
}

#[tokio::test]
async fn many_holders_at_once_and_side_by_side() {
    let world = World::new().await;
    let contract = world.media.contract();
    let (ana, _) = member();
    let mut ids = Vec::new();
    for seed in 0..4 {
        ids.push(contract.store(ana, photo(seed)).await.unwrap().picture.id);
    }
    let attachments = |turn: usize| -> Vec<Attachment> {
        (0..50)
            .map(|at| Attachment {
                holder: format!("listing_{at}"),
                owner: ana,
                media: vec![ids[(at + turn) % 4], ids[(at + turn + 1) % 4]],
                visibility: Visibility::Public,
            })
            .collect()
    };
    let results = futures::future::join_all((0..6).map(|turn| contract.attach_many(attachments(turn)))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
}

#[tokio::test]
async fn photos_are_fetched_within_bounds() {
    let world = World::with(MediaConfig { fetch_private: true, ..MediaConfig::default() }).await;
    let router = Router::new()
        .route("/a.jpg", get(|| async { photo(1) }))
        .route("/moved", get(|| async { Redirect::temporary("/a.jpg") }))
        .route("/loop", get(|| async { Redirect::temporary("/loop") }))
        .route("/large", get(|| async { vec![0_u8; svetu_media::photo::BYTES_MAX + 1] }))
        .route("/page", get(|| async { "<html>" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let contract = world.media.contract();
    let (ana, _) = member();
    let fetched = contract.fetch(ana, &format!("{base}/a.jpg")).await.unwrap();
    assert_eq!(contract.fetch(ana, &format!("{base}/moved")).await.unwrap(), fetched);
    for (path, code) in [
        ("loop", "media.fetch"),
        ("large", "media.fetch"),
        ("none", "media.fetch"),
        ("page", "media.photo.unknown_type"),
    ] {
        let refused = contract.fetch(ana, &format!("{base}/{path}")).await;
        assert_eq!(refused, Err(ContractError::Refused(code.to_owned())), "{path}");
    }
    // As it is configured for everybody else, this machine is out of reach.
    let strict = World::new().await;
    let refused = strict.media.contract().fetch(ana, &format!("{base}/a.jpg")).await;
    assert_eq!(refused, Err(ContractError::Refused("media.fetch".to_owned())));
    server.abort();
}
