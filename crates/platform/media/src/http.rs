use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State},
    response::Response,
};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use svetu_contracts::media::Picture;
use svetu_http::{ApiProblem, Grant, PathId, Problems, ValidPath};
use svetu_kernel::{AccountId, MediaId, Problem, Status};
use svetu_ports::Resource;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::MediaError,
    model::Media,
    photo::{BYTES_MAX, ContentHash, Format, PhotoError},
    service::Service,
    store::Sight,
};

svetu_http::permissions! {
    /// Puts a photo in.
    pub Upload = "media.upload" on "Media";
    /// Reads about a photo; `visibility` is a fact of the resource.
    pub GetUpload = "media.get_upload" on "Media";
    /// Reads a photo's file; `visibility` as well.
    pub GetFile = "media.get_file" on "Media";
    /// Takes an unused photo back.
    pub DeleteUpload = "media.delete_upload" on "Media";
}

/// A multipart envelope around the file.
const ENVELOPE_BYTES_MAX: usize = 64 * 1024;
/// Of a file that anybody may see: its address names its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Of a stand-in for a variant that is still being made.
const FOR_NOW: &str = "public, max-age=300";
/// Of a file that only its owner may see yet.
const FOR_ONE: &str = "private, max-age=300";

/// `/media/uploads…` below `/api/v1`.
pub fn routes(service: Arc<Service>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(upload))
        .layer(DefaultBodyLimit::max(BYTES_MAX + ENVELOPE_BYTES_MAX))
        .routes(routes!(get_upload, delete_upload))
        .with_state(service)
}

/// `/media/{hash}/{file}` at the root.
pub fn files(service: Arc<Service>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(file)).with_state(service)
}

/// Takes a photo: JPEG, PNG or WebP by its bytes, at most 20 MB and 50 megapixels. The same photo again is the same media.
#[utoipa::path(post, path = "/media/uploads", operation_id = "media.upload", tag = "media", security(("session" = [])),
    request_body(content(
        (Vec<u8> = "application/octet-stream"),
        (PhotoForm = "multipart/form-data"),
    ), description = "The file's bytes, or a form with the part `file`"),
    responses((status = 201, body = Picture), Problems))]
async fn upload(
    grant: Grant<Upload>,
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<(StatusCode, Json<Picture>), ApiProblem> {
    let owner = account(&grant)?;
    let _place = service.place().await?;
    let bytes =
        tokio::time::timeout(service.config.body_timeout, read(request)).await.map_err(|_| MediaError::Slow)??;
    let media = service.upload(owner, bytes).await?;
    Ok((StatusCode::CREATED, Json(media.picture())))
}

/// The form of an upload, for the document.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "describes the multipart body")]
struct PhotoForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A photo by its id: its owner's, or one that something public holds.
#[utoipa::path(get, path = "/media/uploads/{id}", operation_id = "media.get_upload", tag = "media",
    params(("id" = MediaId, Path)), responses((status = 200, body = Picture), Problems))]
async fn get_upload(
    grant: Grant<GetUpload>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<MediaId>,
) -> Result<Json<Picture>, ApiProblem> {
    let (media, public) = service.media(id).await?;
    if !grant.allows(&resource(&media, public)) {
        return Err(MediaError::NotFound.into());
    }
    Ok(Json(media.picture()))
}

/// Takes back a photo that nothing holds.
#[utoipa::path(delete, path = "/media/uploads/{id}", operation_id = "media.delete_upload", tag = "media",
    security(("session" = [])), params(("id" = MediaId, Path)), responses((status = 204), Problems))]
async fn delete_upload(
    grant: Grant<DeleteUpload>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<MediaId>,
) -> Result<StatusCode, ApiProblem> {
    let (media, public) = service.media(id).await?;
    if !public && grant.actor().account_id() != Some(media.owner) {
        return Err(MediaError::NotFound.into());
    }
    grant.on(&resource(&media, public))?;
    service.delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A variant: `{width}.jpg`, `{width}.webp` or `{width}.avif`. Its address names its content, so it is cached for ever.
/// Where there is no AVIF the WebP is answered under its own type.
#[utoipa::path(get, path = "/media/{hash}/{file}", operation_id = "media.get_file", tag = "media",
    params(("hash" = String, Path, description = "Content hash, 64 hexadecimal digits"), ("file" = String, Path, example = "640.webp")),
    responses((status = 200, description = "The picture", content(
        (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/avif"))), (status = 304, description = "Unchanged"), Problems))]
async fn file(
    grant: Grant<GetFile>,
    State(service): State<Arc<Service>>,
    ValidPath((hash, file)): ValidPath<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let hash: ContentHash = hash.parse().map_err(|_| MediaError::NotFound)?;
    let (width, format) = variant(&file).ok_or(MediaError::NotFound)?;
    let reader = grant.reader();
    let sight = service.sight(&hash, reader).await?.ok_or(MediaError::NotFound)?;
    if !grant.allows(&seen(&hash, sight, reader)) {
        return Err(MediaError::NotFound.into());
    }
    let found = match service.file(&hash, width, format).await? {
        Some(bytes) => Some((bytes, format)),
        None if format == Format::Avif => {
            service.file(&hash, width, Format::WebP).await?.map(|bytes| (bytes, Format::WebP))
        }
        None => None,
    };
    let (bytes, served) = found.ok_or(MediaError::NotFound)?;
    let caching = match (sight.public, served == format) {
        (false, _) => FOR_ONE,
        (true, false) => FOR_NOW,
        (true, true) => FOR_EVER,
    };
    Ok(answer(&hash, width, served, caching, bytes, &headers))
}

/// `640.webp`, in its one written form.
fn variant(file: &str) -> Option<(u32, Format)> {
    let (width, extension) = file.split_once('.')?;
    let number: u32 = width.parse().ok()?;
    (number.to_string() == width).then_some((number, Format::from_extension(extension)?))
}

fn answer(
    hash: &ContentHash,
    width: u32,
    format: Format,
    caching: &'static str,
    bytes: Bytes,
    request: &HeaderMap,
) -> Response {
    let hex = hash.to_string();
    let etag = format!("\"{}-{width}-{}\"", &hex[..32], format.extension());
    let known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == etag);
    let mut response = Response::new(if known { Body::empty() } else { Body::from(bytes) });
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    }
    response
}

fn account<P: svetu_http::Permission>(grant: &Grant<P>) -> Result<AccountId, Problem> {
    grant.actor().account_id().ok_or_else(|| Problem::new(Status::Unauthorized, "auth.required"))
}

fn resource(media: &Media, public: bool) -> Resource {
    Resource::new("Media", media.id.to_string()).owned_by(media.owner).fact("visibility", visibility(public))
}

fn seen(hash: &ContentHash, sight: Sight, reader: Option<AccountId>) -> Resource {
    let mut resource = Resource::new("Media", hash.to_string()).fact("visibility", visibility(sight.public));
    resource.owner = reader.filter(|_| sight.own);
    resource
}

const fn visibility(public: bool) -> &'static str {
    if public { "public" } else { "owner" }
}

/// The file of either kind of body, bounded while it arrives.
async fn read(request: Request) -> Result<Bytes, MediaError> {
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"));
    if !form {
        return collect(request.into_body().into_data_stream()).await;
    }
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| MediaError::NoFile)?;
    while let Some(part) = parts.next_field().await.map_err(|_| MediaError::NoFile)? {
        if part.name() == Some("file") {
            return collect(part).await;
        }
    }
    Err(MediaError::NoFile)
}

async fn collect<E>(mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin) -> Result<Bytes, MediaError> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| MediaError::NoFile)?;
        if bytes.len() + chunk.len() > BYTES_MAX {
            let bytes = (bytes.len() + chunk.len()) as u64;
            return Err(PhotoError::TooManyBytes { bytes, bytes_max: BYTES_MAX as u64 }.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name() {
        assert_eq!(variant("640.webp"), Some((640, Format::WebP)));
        assert_eq!(variant("1920.jpg"), Some((1920, Format::Jpeg)));
        for name in
            ["0640.webp", "+640.webp", "640.WEBP", "640.webp.exe", "640", ".jpg", "640.html", "../x", "99999999999.jpg"]
        {
            assert_eq!(variant(name), None, "{name}");
        }
    }
}
