use axum::body::Body;
use http::{Request, StatusCode};
use svetu_contracts::media::Visibility;
use svetu_kernel::{Actor, Role};
use svetu_media::MediaConfig;

use super::{World, member, photo};

#[tokio::test]
async fn an_upload_is_its_owners_until_something_public_holds_it() {
    let world = World::new().await;
    let (owner, me) = member();
    let (_, stranger) = member();
    let nobody = Actor::visitor();

    let answer = world.upload(&me, photo(1)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let picture = answer.picture();
    assert_eq!((picture.widths.clone(), picture.width, picture.height), (vec![160, 200], 200, 120));
    let about = format!("/api/v1/media/uploads/{}", picture.id);
    let file = format!("{}/160.webp", picture.base_url);

    for path in [&about, &file] {
        assert_eq!(world.get(&me, path).await.status, StatusCode::OK, "{path}");
        assert_eq!(world.get(&stranger, path).await.problem(), "404 media.not_found");
        assert_eq!(world.get(&nobody, path).await.problem(), "404 media.not_found");
    }
    assert_eq!(world.get(&me, &file).await.header("cache-control"), "private, max-age=300");

    world.media.contract().attach("listing_1", owner, &[picture.id], Visibility::Owner).await.unwrap();
    assert_eq!(world.get(&nobody, &file).await.problem(), "404 media.not_found");
    assert_eq!(world.get(&me, &file).await.status, StatusCode::OK);

    world.media.contract().attach("listing_1", owner, &[picture.id], Visibility::Public).await.unwrap();
    for actor in [&me, &stranger, &nobody] {
        assert_eq!(world.get(actor, &about).await.picture(), picture);
        let answer = world.get(actor, &file).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("content-type"), "image/webp");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.body.starts_with(b"RIFF"));
    }
}

#[tokio::test]
async fn only_the_owner_takes_back_what_nothing_holds() {
    let world = World::new().await;
    let (owner, me) = member();
    let (_, stranger) = member();
    let picture = world.upload(&me, photo(1)).await.picture();
    let about = format!("/api/v1/media/uploads/{}", picture.id);
    assert_eq!(world.delete(&Actor::visitor(), &about).await.problem(), "401 auth.required");
    assert_eq!(world.delete(&stranger, &about).await.problem(), "404 media.not_found");
    world.media.contract().attach("listing_1", owner, &[picture.id], Visibility::Public).await.unwrap();
    assert_eq!(world.delete(&stranger, &about).await.problem(), "403 auth.forbidden");
    assert_eq!(world.delete(&me, &about).await.problem(), "409 media.in_use");
    world.media.contract().attach("listing_1", owner, &[], Visibility::Public).await.unwrap();
    assert_eq!(world.delete(&me, &about).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(&me, &about).await.problem(), "404 media.not_found");
}

#[tokio::test]
async fn who_may_upload_and_what() {
    let world = World::new().await;
    let (_, me) = member();
    assert_eq!(world.upload(&Actor::visitor(), photo(1)).await.problem(), "401 auth.required");
    let refused: [(&[u8], &str); 4] = [
        (b"", "422 media.photo.empty"),
        (b"<html><script>alert(1)</script>", "415 media.photo.unknown_type"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "415 media.photo.heic"),
        (&photo(1)[..500], "422 media.photo.truncated"),
    ];
    for (bytes, expected) in refused {
        assert_eq!(world.upload(&me, bytes.to_vec()).await.problem(), expected);
    }
    let large = vec![0xFF; svetu_media::photo::BYTES_MAX + 1];
    assert_eq!(world.upload(&me, large).await.problem(), "413 media.photo.too_many_bytes");
    assert!(world.files().await.is_empty());
    let moderator = Actor::account(member().0, [Role::Member, Role::Moderator]);
    assert_eq!(world.upload(&moderator, photo(2)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_form_does_too() {
    let world = World::new().await;
    let (_, me) = member();
    let form = |name: &str| {
        let mut body = format!("--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"../../evil.php\"\r\nContent-Type: text/html\r\n\r\n").into_bytes();
        body.extend_from_slice(&photo(3));
        body.extend_from_slice(b"\r\n--b--\r\n");
        Request::post("/api/v1/media/uploads")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(Body::from(body))
            .unwrap()
    };
    let by_form = world.send(&me, form("file")).await.picture();
    assert_eq!(world.upload(&me, photo(3)).await.picture(), by_form);
    assert_eq!(world.send(&me, form("other")).await.problem(), "400 media.no_file");
}

#[tokio::test]
async fn files_are_answered_by_their_one_name() {
    let world = World::new().await;
    let (_, me) = member();
    let base = world.upload(&me, photo(1)).await.picture().base_url;
    for name in ["161.webp", "0160.webp", "160.gif", "160", "160.webp.html"] {
        assert_eq!(world.get(&me, &format!("{base}/{name}")).await.problem(), "404 media.not_found", "{name}");
    }
    assert_eq!(world.get(&me, &format!("/media/{}/160.jpg", "0".repeat(64))).await.problem(), "404 media.not_found");
    assert_eq!(world.get(&me, "/media/..%2F..%2Fetc/passwd").await.problem(), "404 media.not_found");

    // Until there is an AVIF its address answers the WebP, under its own name and not for ever.
    let avif = world.get(&me, &format!("{base}/160.avif")).await;
    assert_eq!((avif.status, avif.header("content-type")), (StatusCode::OK, "image/webp"));

    let jpeg = world.get(&me, &format!("{base}/160.jpg")).await;
    assert_eq!(jpeg.header("content-type"), "image/jpeg");
    let again = Request::get(format!("{base}/160.jpg")).header("if-none-match", jpeg.header("etag"));
    let again = world.send(&me, again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn nobody_hoards() {
    let world = World::with(MediaConfig { unattached_max: 2, ..MediaConfig::default() }).await;
    let (owner, me) = member();
    let first = world.upload(&me, photo(1)).await.picture();
    world.upload(&me, photo(2)).await.picture();
    assert_eq!(world.upload(&me, photo(3)).await.problem(), "429 media.too_many_unattached");
    world.media.contract().attach("listing_1", owner, &[first.id], Visibility::Public).await.unwrap();
    assert_eq!(world.upload(&me, photo(3)).await.status, StatusCode::CREATED);
}
