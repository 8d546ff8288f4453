-- When an application that looks after its own registration changed its name, its addresses or its keys: consents of before are asked anew.
alter table identity.oauth_client add column changed_at timestamptz;
