//! The parts of the OpenAPI 3.1 document that all services share.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
        security::{
            ApiKey, ApiKeyValue, AuthorizationCode, ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2,
            Scopes, SecurityRequirement, SecurityScheme,
        },
    },
};

use crate::{FieldMessage, ProblemDocument};

/// The security scheme of a signed-in person: `security(("session" = []))`.
pub const SESSION: &str = "session";

/// How a program is let in instead, within a scope of the policy.
const OAUTH2: &str = "oauth2";
const DPOP: &str = "dpop";
const API_KEY: &str = "api_key";

/// Says of each operation that a scope covers that programs may call it too, and with what.
pub fn open_to_programs<'s>(
    document: &mut OpenApi,
    covered: impl Iterator<Item = (&'s str, String)>,
    scope_of: impl Fn(&str) -> Option<&'s str>,
) {
    let scopes = Scopes::from_iter(covered.map(|(name, actions)| (name.to_owned(), actions)));
    let flows = [
        Flow::AuthorizationCode(AuthorizationCode::new("/oauth/authorize", "/oauth/token", scopes.clone())),
        Flow::ClientCredentials(ClientCredentials::new("/oauth/token", scopes)),
    ];
    let proof = "The proof of a token that is bound to a key (RFC 9449), beside `Authorization: DPoP`";
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("svt_…")
        .description(Some("A key that a person made for a program of theirs"))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(OAUTH2, SecurityScheme::OAuth2(OAuth2::new(flows)));
    let proof = ApiKey::Header(ApiKeyValue::with_description("DPoP", proof));
    components.add_security_scheme(DPOP, SecurityScheme::ApiKey(proof));
    components.add_security_scheme(API_KEY, SecurityScheme::Http(key));
    for item in document.paths.paths.values_mut() {
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in all.into_iter().flatten() {
            let Some(scope) = operation.operation_id.as_deref().and_then(&scope_of) else { continue };
            // What anybody may do asks for nothing; more of it is there for whoever shows something.
            let ways = operation.security.get_or_insert_with(|| {
                vec![SecurityRequirement::default(), SecurityRequirement::new(SESSION, [""; 0])]
            });
            ways.push(SecurityRequirement::new(OAUTH2, [scope]));
            ways.push(SecurityRequirement::new(OAUTH2, [scope]).add(DPOP, [""; 0]));
            ways.push(SecurityRequirement::new(API_KEY, [scope]));
        }
    }
}

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
