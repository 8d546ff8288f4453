-- What was given for the time of a session ends with it: it goes when its last token is over, not half a year later.
update identity.oauth_grant g set revoked_at = s.ended_at
    from identity.session s where s.id = g.session and s.ended_at is not null and not g.offline and g.revoked_at is null;

-- What a client is to others (RFC 8707) is one thing, what it may ask tokens for (`resources`) another. Whoever was registered
-- before keeps both meanings until somebody registers it anew.
alter table identity.oauth_client add serves text[] not null default '{}';
update identity.oauth_client set serves = resources where auth_method <> 'none';

-- Whom a client's assertion may name as its reader (RFC 7523 §3): the issuer, or an endpoint of it too, for software that cannot
-- do otherwise: `issuer` or `endpoint`.
alter table identity.oauth_client add assertion_audience text not null default 'issuer';
update identity.oauth_client set assertion_audience = 'endpoint' where auth_method = 'private_key_jwt' and profile <> 'fapi2';

-- Where the device is that shows a code: whoever answers is told.
alter table identity.oauth_device add network text not null default '';

-- Wrong guesses at codes that are short, by the day and by all processes together. Of an account or a network nothing can be read:
-- `whose` is a keyed hash.
create table identity.wrong_guess (
    whose bytea not null check (octet_length(whose) = 32),
    day date not null,
    count integer not null,
    primary key (whose, day)
);
create index wrong_guess_day on identity.wrong_guess (day);

-- What was revoked is looked for every hour. Few grants are: a million of them are read in less than a second.
-- squawk-ignore require-concurrent-index-creation
create index oauth_grant_revoked_at on identity.oauth_grant (revoked_at) where revoked_at is not null;
