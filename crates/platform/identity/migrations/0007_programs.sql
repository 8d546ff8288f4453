-- What a client is when it acts for itself (client_credentials): roles as an account's, `machine` always.
alter table identity.oauth_client add column roles text[] not null default '{machine}';
