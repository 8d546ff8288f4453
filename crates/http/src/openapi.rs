//! The parts of the OpenAPI 3.1 document that all services share.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};

use crate::{FieldMessage, ProblemDocument};

/// The security scheme of a signed-in person: `security(("session" = []))`.
pub const SESSION: &str = "session";

/// An empty document with what every operation refers to: the problem schemas and the session scheme.
pub fn base(title: &str, version: &str) -> OpenApi {
    let mut schemas = Vec::new();
    ProblemDocument::schemas(&mut schemas);
    let components = ComponentsBuilder::new()
        .schema(ProblemDocument::name(), ProblemDocument::schema())
        .schema(FieldMessage::name(), FieldMessage::schema())
        .schemas_from_iter(schemas)
        .security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("svetu_session"))))
        .build();
    let info = InfoBuilder::new()
        .title(title)
        .version(version)
        .contact(Some(ContactBuilder::new().name(Some("Sve Tu Platforma")).build()))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// Every operation as `(method, path template, operation id)`, in the document's order: what walks over the API start from.
pub fn operations(document: &OpenApi) -> Vec<(http::Method, String, String)> {
    document
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| {
            [
                (http::Method::GET, &item.get),
                (http::Method::PUT, &item.put),
                (http::Method::POST, &item.post),
                (http::Method::DELETE, &item.delete),
                (http::Method::PATCH, &item.patch),
            ]
            .into_iter()
            .filter_map(move |(method, operation)| {
                let id = operation.as_ref()?.operation_id.clone()?;
                Some((method, path.clone(), id))
            })
        })
        .collect()
}
