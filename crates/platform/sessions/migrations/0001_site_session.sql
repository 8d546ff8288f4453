-- Sessions of the site: what a browser's cookie stands for. What the provider gave for it never leaves the server.
create table sessions.site_session (
    id uuid primary key,
    -- Of the cookie's value, which is not kept.
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    -- Who it is and in which session of the provider's (OIDC Core `sub` and `sid`): what the provider signs out by.
    subject text not null,
    sid text not null,
    -- Access, refresh and ID token.
    sealed bytea not null,
    access_expires_at timestamptz not null,
    -- One process at a time asks for new tokens.
    renewing_until timestamptz,
    created_at timestamptz not null,
    -- When its tokens were last renewed.
    renewed_at timestamptz not null,
    expires_at timestamptz not null
);
create index site_session_sid on sessions.site_session (sid);
create index site_session_subject on sessions.site_session (subject);
create index site_session_renewed_at on sessions.site_session (renewed_at);
create index site_session_expires_at on sessions.site_session (expires_at);
