export interface paths {
    "/api/v1/identity/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens an account. The answer is always the same; a letter follows. */
        post: operations["identity.sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Proves the address by the letter's link and signs in. */
        post: operations["identity.verify_email"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["identity.sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the session; without one there is nothing to end. */
        post: operations["identity.sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for a letter with a link to a new password. The answer is always the same. */
        post: operations["identity.request_recovery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/recovery/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets a new password by the letter's link, signs in here and out everywhere else. */
        post: operations["identity.complete_recovery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["identity.me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["identity.update_me"];
        trace?: never;
    };
    "/api/v1/identity/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs out everywhere else; this session goes on under a new cookie. */
        post: operations["identity.change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["identity.list_sessions"];
        put?: never;
        post?: never;
        /** Signs out everywhere but here. */
        delete: operations["identity.end_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["identity.end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/authorization-requests/{request}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an application asks the signed-in person for, while its request waits for them (`/oauth/authorize`). */
        get: operations["identity.authorization_request"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/device-requests/{user_code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the device with this code asks the signed-in person for; guesses at codes are limited. */
        get: operations["identity.device_request"];
        put?: never;
        /** Allows the device with this code what it asks for, or refuses. */
        post: operations["identity.answer_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's keys, newest first; those that ended within the last month too. */
        get: operations["identity.list_keys"];
        put?: never;
        /** Makes a key for a program of one's own: it does what its scopes cover, of what its owner may. */
        post: operations["identity.create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["identity.revoke_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/accounts/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The account of this whole address or id, or those whose name begins so, at most fifty; for the staff. What is looked for
         *     stands in the body: addresses of requests are kept by many.
         */
        post: operations["identity.find_accounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/accounts/{id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives exactly these roles; `member` is always one of them. */
        put: operations["identity.set_roles"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sign-in/factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The second factor of the sign-in that this browser began. */
        post: operations["identity.complete_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sign-in/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for a code to sign in with, in this browser, by letter or by a message. The answer is always the same. */
        post: operations["identity.request_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sign-in/code/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in by the letter's code, in the browser that asked for it. */
        post: operations["identity.sign_in_by_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sign-in/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Options for `navigator.credentials.get`; they name no account. */
        post: operations["identity.passkey_options"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/sign-in/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["identity.sign_in_by_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ways into the account of who asks. */
        get: operations["identity.factors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/security-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest events of the account, at most fifty. */
        get: operations["identity.security_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Proves once more who asks; the session goes on under a new cookie (RFC 9470). */
        post: operations["identity.step_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** From here on the authenticator is asked for. Answers the recovery codes. */
        put: operations["identity.confirm_totp"];
        /** A secret for an authenticator application; nothing is asked for until its first code is confirmed. */
        post: operations["identity.begin_totp"];
        /** The recovery codes and the remembered devices go with it. */
        delete: operations["identity.remove_totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** New recovery codes; those of before open nothing any more. */
        post: operations["identity.renew_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Options for `navigator.credentials.create`. */
        post: operations["identity.begin_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["identity.add_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["identity.remove_passkey"];
        options?: never;
        head?: never;
        patch: operations["identity.rename_passkey"];
        trace?: never;
    };
    "/api/v1/identity/me/trusted-devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** From here on the second factor is asked on that device again. */
        delete: operations["identity.forget_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/privacy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the person asked for, whom they let in, and how long what is kept. */
        get: operations["identity.privacy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Everything about the person in one file; a letter says when it is ready. */
        post: operations["identity.request_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/export/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ZIP itself: JSON of every service, and the photos. */
        get: operations["identity.download_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** To be erased, after a time to think it over. */
        post: operations["identity.request_erasure"];
        /** The person stays. */
        delete: operations["identity.cancel_erasure"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/applications/{client_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** The application has to ask anew; what it was given opens nothing any more. */
        delete: operations["identity.withdraw_consent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person's account, with its sessions and what the audit log says of it. */
        get: operations["identity.account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/accounts/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Signs a person out everywhere, or of one session; with what applications were given. */
        delete: operations["identity.end_sessions_of"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/accounts/{id}/factor-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks that a person's second factors are taken away, because they have lost them; somebody else has to approve it. They are
         *     told by letter and may refuse.
         */
        post: operations["identity.request_factor_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/factor-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Those that wait to be approved, oldest first, at most a hundred. */
        get: operations["identity.factor_resets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/factor-resets/{id}/approval": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes away the authenticator, passkeys, recovery codes, remembered devices and keys, and ends all sessions: by somebody
         *     else than who asked.
         */
        post: operations["identity.approve_factor_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/factor-resets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["identity.withdraw_factor_reset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/factor-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** One's own second factors stay: whoever asked support to take them away was somebody else. */
        delete: operations["identity.refuse_factor_reset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Applications that people sign in to with their account here, at most five hundred. */
        get: operations["identity.clients"];
        put?: never;
        post: operations["identity.register_client"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/clients/{client}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A secret in place of the one of before. */
        post: operations["identity.renew_client_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/clients/{client}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends an application and all that it was given. */
        delete: operations["identity.disable_client"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Keys that sign tokens, newest first, at most two hundred. */
        get: operations["identity.signing_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/signing-keys/rotation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A successor for each signing key. The old ones stay in the key set until their last token is over, unless `at_once`. */
        post: operations["identity.rotate_signing_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/accounts/{id}/impersonation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Support sees the platform as the person does, for a quarter of an hour at most, and can change nothing. The person is told by
         *     letter; the session goes on under a new cookie.
         */
        post: operations["identity.impersonate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/impersonation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** The session shows support itself again, under a new cookie; also when it did already. */
        delete: operations["identity.end_impersonation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/shops": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The shops whose team the person is in. */
        get: operations["shops.list"];
        put?: never;
        /** Opens a shop, owned by the person. */
        post: operations["shops.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/shops/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["shops.get"];
        put: operations["shops.update"];
        post?: never;
        /** Ends the shop for its whole team. */
        delete: operations["shops.close"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/shops/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is in the team, owners first. */
        get: operations["shops.team"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/shops/{id}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["shops.set_role"];
        post?: never;
        delete: operations["shops.remove_member"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/shops/{id}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leaves the team; the last owner stays, or closes the shop. */
        post: operations["shops.leave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/shops/{id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Invitations that wait, newest first. */
        get: operations["shops.invitations"];
        put?: never;
        /** Invites the address by a letter, for seven days; the same whether it has an account or not. */
        post: operations["shops.invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/shops/{id}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["shops.revoke_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/invitations/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a letter's invitation is to; for whoever holds the letter, signed in or not. */
        get: operations["shops.invitation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Joins the team by a letter's invitation: for the account that has the address that was invited. */
        post: operations["shops.accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/upstreams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The providers that people may sign in by; none where the operator configured none. */
        get: operations["identity.upstreams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/upstreams/{upstream}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leads a browser to the provider, and from there to `identity.upstream_callback`. */
        get: operations["identity.begin_upstream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/upstreams/{upstream}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a provider sends people back to. */
        get: operations["identity.upstream_callback"];
        put?: never;
        /**
         * Where a provider's page posts what others say in the address (`response_mode=form_post`). Nothing is decided here and no cookie is
         *     looked at: the browser is led on to `identity.upstream_callback`, which it shows what it keeps.
         */
        post: operations["identity.upstream_form_callback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/upstreams/waiting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a provider said of whoever sits at this browser, until they say what they want. 404: nothing waits. */
        get: operations["identity.waiting_upstream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/upstreams/waiting/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a code to the address that waits, which the provider does not vouch for. The answer is the same whether it has an account or not. */
        post: operations["identity.send_upstream_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/upstreams/waiting/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Proves the address that waits by the letter's code; what waits then is an account to be opened, or to be signed in to. */
        post: operations["identity.confirm_upstream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/upstreams/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens an account of what the provider said, and signs in. The address is proven by the provider's word. */
        post: operations["identity.sign_up_by_upstream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/upstreams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The accounts elsewhere that open the account of who asks. */
        get: operations["identity.linked_upstreams"];
        put?: never;
        /** The account of who asks is opened by what waits in this browser, from here on. */
        post: operations["identity.link_upstream"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/upstreams/{upstream}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["identity.unlink_upstream"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identity/me/phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** The telephone is the account's, by the code that went there, in the browser that asked for it. */
        put: operations["identity.confirm_phone"];
        /** Sends a code to a telephone that is to be the account's. The answer is the same whosever it is. */
        post: operations["identity.request_phone"];
        /** Nobody signs in by it any more. */
        delete: operations["identity.remove_phone"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a photo: JPEG, PNG or WebP by its bytes, at most 20 MB and 50 megapixels. The same photo again is the same media. */
        post: operations["media.upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A photo by its id: its owner's, or one that something public holds. */
        get: operations["media.get_upload"];
        put?: never;
        post?: never;
        /** Takes back a photo that nothing holds. */
        delete: operations["media.delete_upload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Places by what was typed so far, best first. */
        get: operations["geo.suggest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/places/reverse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The place nearest to a point; 404 `geo.far_away` beyond 100 km. */
        get: operations["geo.reverse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/places/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names for a map's view, at most 200, thinned so that they do not lie on one another. */
        get: operations["geo.labels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/places/municipalities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The municipalities inside a city, or all cities and municipalities of Serbia, by name. */
        get: operations["geo.municipalities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/places/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One place. */
        get: operations["geo.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole tree without attributes, parents before their children. */
        get: operations["taxonomy.tree"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/categories/guess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leaf categories that fit a title. */
        get: operations["taxonomy.guess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/categories/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A category with its attributes, the way to it and what is below it. */
        get: operations["taxonomy.category"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Lays a JSON merge patch over a category; null takes an edit back. The committed files stay below it. 204 when the category
         *     is not active after it.
         */
        patch: operations["taxonomy.edit_category"];
        trace?: never;
    };
    "/api/v1/marketplace/attributes/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Lays a JSON merge patch over an attribute, for every category that uses it. */
        patch: operations["taxonomy.edit_attribute"];
        trace?: never;
    };
    "/api/v1/marketplace/listings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ads that all may see, by their last publishing or renewal. Asks nothing of search: the way to browse a category while that is out. */
        get: operations["listings.newest"];
        put?: never;
        /** Begins an ad: anything may be missing, nothing may be wrong. `Idempotency-Key`: sent again it is the same ad. */
        post: operations["listings.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/mine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own ads with their numbers, newest first. */
        get: operations["listings.mine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/latest-draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The draft that one worked on last; 204 without one. */
        get: operations["listings.latest_draft"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/price-hint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What others ask for the like: `category=`, `condition=`, `currency=` (RSD) and `attr.<key>=`. 204 where too few are alike. */
        get: operations["listings.price_hint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An ad as the reader may see it. 404 where others' eyes have no business, 410 when it was public once. */
        get: operations["listings.get"];
        put?: never;
        post?: never;
        /** Deletes an ad: a draft vanishes, another one is gone for readers and forgotten later. */
        delete: operations["listings.delete"];
        options?: never;
        head?: never;
        /** Edits an ad by a JSON merge patch: what is absent stays, null clears. `If-Match` names the version that was seen. */
        patch: operations["listings.update"];
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/price-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The prices that an ad had since it was first published. */
        get: operations["listings.price_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Views, numbers shown, favourites; views of the last 90 days. */
        get: operations["listings.statistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publishes a draft or a mended ad. The answer's state says what the automatic verdict was: live, in review or refused. */
        post: operations["listings.publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hides an ad until it is resumed; its term goes on. */
        post: operations["listings.pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows a paused ad again. */
        post: operations["listings.resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new term under the same id; a live ad once in seven days, for it moves to the top. */
        post: operations["listings.renew"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/reserve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks it as promised to somebody. */
        post: operations["listings.reserve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/unreserve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the mark back. */
        post: operations["listings.unreserve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/sold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** It is sold: the page stays 30 days, then answers 410. */
        post: operations["listings.sell"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/contact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows the seller's number. Limited to 30 ads a day and person, and logged; 404 `listing.no_phone` when the seller says no. */
        post: operations["listings.reveal_contact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/view": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Counts a look at the page: once a person and day, never the owner's own nor a robot's. */
        post: operations["listings.count_view"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reports an ad to the moderators; signed in or not. Again by the same person: the same report. */
        post: operations["listings.report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/appeal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for another look at a decision against one's ad: once, within six months. */
        post: operations["listings.appeal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rate in force. */
        get: operations["rates.get"];
        /** Sets the rate from a moment on; prices in the other currency follow. */
        put: operations["rates.set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ads that wait for a person; who waits longest comes first. */
        get: operations["moderation.queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rules that a decision may name. */
        get: operations["moderation.rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/listings/{id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets an ad through, or refuses or removes it by a rule: its seller gets a statement of reasons. */
        post: operations["moderation.decide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open reports, oldest first. */
        get: operations["moderation.reports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/reports/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes a report that needs no decision. */
        post: operations["moderation.close_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/appeals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open appeals, oldest first. */
        get: operations["moderation.appeals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/appeals/{id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers an appeal: the decision stands, or the ad comes back. By another moderator than its maker, where there is one. */
        post: operations["moderation.decide_appeal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what, newest first. */
        get: operations["moderation.audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moderation/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much waits, and what was decided since midnight (UTC). */
        get: operations["moderation.dashboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/favourites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's favourites, newest first, with their state and how the price changed. */
        get: operations["users.favourites"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/favourites/ids": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ids of all one's favourites, for the hearts on cards. */
        get: operations["users.favourite_ids"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/favourites/{listing_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keeps an ad; again changes nothing. 409 `users.favourites_full` beyond 1,000. */
        put: operations["users.add_favourite"];
        post?: never;
        /** Keeps it no longer; also when it was not kept. */
        delete: operations["users.remove_favourite"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/viewed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one looked at, newest first; the last 100. */
        get: operations["users.viewed"];
        put?: never;
        post?: never;
        /** Forgets all one looked at. */
        delete: operations["users.clear_viewed"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/viewed/{listing_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Notes that one looked at it now. */
        put: operations["users.add_viewed"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/sellers/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own page. */
        get: operations["users.own_seller"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes one's own page and settings. */
        patch: operations["users.update_seller"];
        trace?: never;
    };
    "/api/v1/marketplace/sellers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A seller's page; the ads are `search?seller=`. */
        get: operations["users.seller"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/price-letters/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends letters about prices with one click (RFC 8058): the token says whose. */
        post: operations["users.unsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finds ads. What the words mean beyond words is told in `understood`, what was given up for want of results too. While the index is
         *     out (503), `listings.newest` still lists the ads of a category.
         */
        get: operations["search.search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/search/suggest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a person may be about to type. */
        get: operations["search.suggest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/search/clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same search as a map shows it: at most 200 heaps. `bbox` is required. */
        get: operations["search.clusters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/tiles/{z}/{x}/{y}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same search as a Mapbox vector tile: the layer `listings` of points with `count`, and `id` where a point is one ad. */
        get: operations["search.tile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/listings/{id}/similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ads like this one, also when it was sold. */
        get: operations["search.similar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/saved-searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's saved searches, newest first. */
        get: operations["search.list_saved"];
        put?: never;
        /** Saves a search; the same one again is the one that is there (200). 409 `search.saved_full` beyond 100. */
        post: operations["search.save"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/saved-searches/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a search's letters with one click (RFC 8058): the token, in the address or the body, says whose. */
        post: operations["search.unsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marketplace/saved-searches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forgets it and what it found. */
        delete: operations["search.delete_saved"];
        options?: never;
        head?: never;
        /** Renames it, or changes how often one is written to. */
        patch: operations["search.update_saved"];
        trace?: never;
    };
    "/api/v1/marketplace/saved-searches/{id}/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What it found, newest first: ads that can still be found. The first page counts as a look. */
        get: operations["search.alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/media/{hash}/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A variant: `{width}.jpg`, `{width}.webp` or `{width}.avif`. Its address names its content, so it is cached for ever.
         *     Where there is no AVIF the WebP is answered under its own type.
         */
        get: operations["media.get_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcceptForm: {
            /** @description Of the letter. */
            token: string;
        };
        /** @description Nothing more to say: the rest comes by mail. */
        Accepted: Record<string, never>;
        AccountDossier: {
            account_id: components["schemas"]["AccountId"];
            email: string;
            display_name: string;
            language: components["schemas"]["Language"];
            /** @description The address is proven; without that nobody can sign in. */
            verified: boolean;
            roles: components["schemas"]["Role"][];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            erasure_due_at?: string | null;
            has_password: boolean;
            /**
             * Format: date-time
             * @description An authenticator application is set up since then.
             */
            totp_since?: string | null;
            passkeys: number;
            /** Format: int64 */
            recovery_codes_left: number;
            trusted_devices: number;
            sessions: components["schemas"]["AccountSession"][];
            /** @description At most fifty, newest first. */
            events: components["schemas"]["AccountEvent"][];
            factor_reset?: null | components["schemas"]["FactorResetView"];
        };
        AccountEvent: {
            /** Format: date-time */
            at: string;
            /** @description `account_…`, `client:…` or `system:…`. */
            actor: string;
            kind: string;
            detail: Record<string, never>;
        };
        /** @example account_01jd8zk3vme7g9x0q4c5r6s7t8 */
        AccountId: string;
        AccountList: {
            items: components["schemas"]["AccountView"][];
        };
        AccountSearch: {
            /** @description A whole address, an account's id, or how a name begins. */
            text: string;
        };
        AccountSession: {
            id: components["schemas"]["SessionId"];
            device: string;
            ip_prefix: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_seen_at: string;
        };
        AccountView: components["schemas"]["Me"] & {
            verified: boolean;
        };
        /** @enum {string} */
        AlertKind: "new" | "price";
        /** @description An ad that the search found. */
        AlertView: {
            listing: components["schemas"]["Card"];
            kind: components["schemas"]["AlertKind"];
            /** Format: date-time */
            at: string;
        };
        /** @description What a provider's page posts, for the document (OAuth 2.0 Form Post Response Mode, section 2). */
        AnswerForm: {
            code?: string | null;
            state?: string | null;
            iss?: string | null;
            error?: string | null;
            /** @description What Apple says of a person at their first sign-in, as JSON. */
            user?: string | null;
        };
        ApiKeyForm: {
            /** @description What its owner knows it by. */
            name: string;
            /** @description Some of those that the list names. */
            scopes: string[];
            /**
             * Format: int32
             * @description It ends after so many days.
             */
            days: number;
            /**
             * Format: int32
             * @default 60
             */
            per_minute: number;
        };
        /** @example key_01jd8zk3vme7g9x0q4c5r6s7t8 */
        ApiKeyId: string;
        ApiKeyList: {
            items: components["schemas"]["ApiKeyView"][];
            /** @description What a new key may be given for. */
            scopes: string[];
        };
        ApiKeyView: {
            id: components["schemas"]["ApiKeyId"];
            name: string;
            /**
             * @description How its secret begins.
             * @example svt_4fGk2Q
             */
            beginning: string;
            scopes: string[];
            /** Format: int32 */
            per_minute: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            /**
             * Format: date-time
             * @description To the minute.
             */
            last_used_at?: string | null;
        };
        /** @example appeal_01jd8zk3vme7g9x0q4c5r6s7t8 */
        AppealId: string;
        AppealInput: {
            text: string;
        };
        /** @enum {string} */
        AppealVerdict: "uphold" | "reverse";
        /** @description An application that was let in. */
        ApplicationView: {
            client_id: string;
            name: string;
            scopes: string[];
            /** Format: date-time */
            given_at: string;
        };
        /** @enum {string} */
        AssertionAudience: "issuer" | "endpoint";
        /** @description One typed fact about an ad. */
        Attribute: components["schemas"]["AttributeKind"] & {
            /** @description Stable key, `mileage_km`. */
            key: string;
            names: components["schemas"]["LocalText"];
        };
        AttributeFacet: {
            /** @description The attribute's kind; `price` for the price. */
            kind: string;
            name: string;
            buckets: components["schemas"]["BucketView"][];
            range?: null | components["schemas"]["RangeView"];
        };
        /**
         * @description What values an attribute takes. In JSON: text, choices, colours, sizes, makes, models and dates (`2026-05-31`) are
         *     strings, several choices an array of strings, numbers numbers, yes and no a boolean.
         */
        AttributeKind: {
            /** Format: int32 */
            max_chars: number;
            /** @enum {string} */
            kind: "text";
        } | {
            unit?: null | components["schemas"]["LocalText"];
            /** Format: double */
            min: number;
            /** Format: double */
            max: number;
            /**
             * Format: int32
             * @description Digits after the point that are kept.
             */
            decimals: number;
            /** @enum {string} */
            kind: "number";
        } | {
            unit?: null | components["schemas"]["LocalText"];
            /** Format: int64 */
            min: number;
            /** Format: int64 */
            max: number;
            /** @enum {string} */
            kind: "integer";
        } | {
            /** @enum {string} */
            kind: "boolean";
        } | {
            /** @enum {string} */
            kind: "date";
        } | {
            /** Format: int64 */
            min: number;
            /** Format: int64 */
            max: number;
            /** @enum {string} */
            kind: "year";
        } | {
            options: components["schemas"]["Choice"][];
            /** @enum {string} */
            kind: "choice";
        } | {
            options: components["schemas"]["Choice"][];
            /** @enum {string} */
            kind: "choices";
        } | {
            options: components["schemas"]["Choice"][];
            /** @enum {string} */
            kind: "colour";
        } | {
            options: components["schemas"]["Choice"][];
            /** @enum {string} */
            kind: "size";
        } | {
            options: components["schemas"]["Choice"][];
            /** @enum {string} */
            kind: "make";
        } | {
            depends_on: string;
            models: {
                [key: string]: components["schemas"]["Choice"][];
            };
            /** @enum {string} */
            kind: "model";
        };
        AuditEntry: {
            /** Format: int64 */
            id: number;
            /** Format: date-time */
            at: string;
            /** @description An account, or the part of the platform that did it. */
            actor: string;
            action: string;
            listing?: null | components["schemas"]["ListingId"];
            details: Record<string, never>;
        };
        AuthorizationView: {
            /** @description As its developer named it. */
            client_name: string;
            /** @description The host that the answer goes to; empty: a device fetches it. */
            goes_to: string;
            /** @description `openid`, `profile`, `email`, `offline_access`, or what the application's own resources know. */
            scopes: string[];
            /** @description From where a device asked, as `203.0.113.0/24`. */
            network?: string | null;
            /** @description Of the account that answers. */
            email: string;
        };
        /**
         * @description Whose mark its button bears.
         * @enum {string}
         */
        Brand: "google" | "apple" | "facebook" | "other";
        BucketView: {
            value: string;
            name: string;
            /** Format: int64 */
            count: number;
        };
        /** @description An ad in results, in the reader's language and script. */
        Card: {
            id: components["schemas"]["ListingId"];
            title: string;
            price: components["schemas"]["Price"];
            price_other?: null | components["schemas"]["Money"];
            previous_price?: null | components["schemas"]["Money"];
            condition?: null | components["schemas"]["Condition"];
            category: components["schemas"]["CardCategory"];
            attributes: components["schemas"]["CardAttribute"][];
            place: components["schemas"]["CardPlace"];
            point: components["schemas"]["Point"];
            picture?: null | components["schemas"]["Picture"];
            picture_count: number;
            seller: components["schemas"]["CardSeller"];
            state: components["schemas"]["ListingState"];
            /** Format: date-time */
            refreshed_at: string;
            /**
             * Format: double
             * @description Metres from the point of the query, if it had one.
             */
            distance_m?: number | null;
        };
        CardAttribute: {
            key: string;
            /** @description "2015", "180.000 km", "Dizel" */
            text: string;
        };
        CardCategory: {
            id: string;
            name: string;
        };
        CardPlace: {
            name: string;
            parent_name?: string | null;
        };
        CardSeller: {
            id: components["schemas"]["UserId"];
            name: string;
            kind: components["schemas"]["SellerKind"];
        };
        Cards: {
            items: components["schemas"]["Card"][];
        };
        Category: components["schemas"]["CategorySummary"] & {
            names: components["schemas"]["LocalText"];
            /** @description Own and inherited ones, in the order in which a form asks them. */
            attributes: components["schemas"]["CategoryAttribute"][];
            /** @description From the root to itself. */
            path: components["schemas"]["CategoryStep"][];
            children: components["schemas"]["CategorySummary"][];
            /** @description For operators. */
            forbidden_words?: string[] | null;
        };
        CategoryAttribute: {
            key: string;
            name: string;
            kind: string;
            unit?: string | null;
            /** Format: double */
            min?: number | null;
            /** Format: double */
            max?: number | null;
            /** Format: int32 */
            decimals?: number | null;
            /** @description The make of a model. */
            depends_on?: string | null;
            options?: components["schemas"]["CategoryAttributeOption"][] | null;
            /** @description By the make's key. */
            models?: {
                [key: string]: components["schemas"]["CategoryAttributeOption"][];
            } | null;
            required: boolean;
            searchable: boolean;
            filterable: boolean;
            card: boolean;
            variant: boolean;
        };
        CategoryAttributeOption: {
            key: string;
            name: string;
            hex?: string | null;
        };
        CategoryGuess: {
            category_id: string;
            path_names: string[];
            /**
             * Format: float
             * @description 0 to 1, against the best.
             */
            score: number;
        };
        CategoryGuesses: {
            /** @description Best first. */
            items: components["schemas"]["CategoryGuess"][];
        };
        /** @description One of the categories that lead to another. */
        CategoryStep: {
            id: string;
            name: string;
            slug: string;
        };
        CategorySummary: {
            id: string;
            parent?: string | null;
            name: string;
            slug: string;
            /** @description By language, for addresses of the same page in the others. */
            slugs: {
                [key: string]: string;
            };
            icon: string;
            /**
             * Format: int32
             * @description Days that an ad stays.
             */
            term_days: number;
            price_kinds: components["schemas"]["PriceKind"][];
            has_condition: boolean;
            /**
             * Format: int32
             * @description 0 for a root.
             */
            depth: number;
        };
        CategoryTree: {
            /**
             * Format: int64
             * @description Grows with every change.
             */
            version: number;
            /** @description Parents before their children. */
            categories: components["schemas"]["CategorySummary"][];
        };
        /** @description The beginning of a ceremony of the browser. */
        Ceremony: {
            /** @description What `navigator.credentials` takes, its bytes in base64url (WebAuthn Level 3, §5.1.8 and §5.1.9). */
            options: Record<string, never>;
            /** @description Goes back with the browser's answer. */
            state: string;
        };
        /** @description Something that was recognised in the query. */
        Chip: {
            /** @description `price`, `make`, `model`, `attribute`, `category` or `place`. */
            kind: string;
            /** @description The parameter of the query that says the same: `price_max`, `attr.fuel`, `category`, `place`. */
            field: string;
            value: string;
            /** @description In the reader's language. */
            label: string;
            /** @description Whether the answer obeys it already (price limits); else it is an offer. */
            applied: boolean;
            /** @description The query string with this as a filter instead of words. */
            apply: string;
            /** @description The query string without it. */
            remove: string;
        };
        /** @description One option of a choice. */
        Choice: {
            /** @description Stable key, `petrol-lpg`: what is stored. */
            key: string;
            name: components["schemas"]["LocalText"];
            /** @description `#rrggbb`, for colours. */
            hex?: string | null;
        };
        ClientCreated: {
            client_id: string;
            /** @description Shown once; a public client and one with keys have none. */
            client_secret?: string | null;
        };
        /** @description What an application says of itself; names and meaning are those of RFC 7591 §2 where it has them. */
        ClientForm: {
            /** @description Left out: one is made. */
            client_id?: string | null;
            client_name: string;
            /** @description `none`, `client_secret_basic`, `client_secret_post` or `private_key_jwt`. */
            token_endpoint_auth_method: string;
            grant_types: string[];
            redirect_uris?: string[];
            post_logout_redirect_uris?: string[];
            backchannel_logout_uri?: string | null;
            scopes?: string[];
            /** @description What it may ask tokens for (RFC 8707), beside our own API. */
            resources?: string[];
            /** @description What it is to others, as a resource server: tokens for it are its own to introspect and to exchange. */
            serves?: string[];
            /**
             * @description `ES256`, `EdDSA`, `PS256` or `RS256`.
             * @default ES256
             */
            id_token_signed_response_alg: string;
            /** @description Public keys, for `private_key_jwt` and signed requests. */
            jwks?: Record<string, never> | null;
            /**
             * @description Held to the FAPI 2.0 Security Profile.
             * @default false
             */
            fapi2: boolean;
            /** @default false */
            dpop_bound_access_tokens: boolean;
            /** @default false */
            require_pushed_authorization_requests: boolean;
            /**
             * @description Ours: people are not asked whether they let it in.
             * @default false
             */
            first_party: boolean;
            /** @description Whom its assertions (`private_key_jwt`) name: `issuer` alone, or `endpoint` too for software that cannot do otherwise. */
            assertion_audience?: components["schemas"]["AssertionAudience"];
        };
        ClientList: {
            items: components["schemas"]["ClientView"][];
        };
        ClientSecret: {
            /** @description Shown once; the one of before opens nothing any more. */
            client_secret: string;
        };
        ClientView: {
            client_id: string;
            client_name: string;
            token_endpoint_auth_method: string;
            grant_types: string[];
            redirect_uris: string[];
            scopes: string[];
            fapi2: boolean;
            first_party: boolean;
        };
        /** @description Ads that lie near each other. */
        Cluster: {
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            /** Format: int64 */
            count: number;
            /** @description West, south, east, north of its ads. */
            bbox: number[];
            listing?: null | components["schemas"]["Card"];
        };
        ClustersView: {
            features: components["schemas"]["Cluster"][];
            /**
             * Format: int64
             * @description The sum of their counts: what the same search finds in the area.
             */
            total: number;
        };
        CodeForm: {
            code: string;
            /** @default true */
            remember: boolean;
        };
        CodeRequest: {
            /**
             * Format: email
             * @description Where the code goes: the account's address, or its telephone.
             */
            email?: string | null;
            /** @description As people write it: `064/123-45-67`, `+381641234567`. */
            phone?: string | null;
        };
        /** @enum {string} */
        Condition: "new" | "like_new" | "used" | "for_parts";
        /** @description Asked of who did not sign in just now. */
        ConfirmForm: {
            /** Format: password */
            password?: string | null;
        };
        Contact: {
            /**
             * @description E.164.
             * @example +381641234567
             */
            phone: string;
            /** @description Opens a chat, where the seller allows it. */
            viber?: string | null;
            whatsapp?: string | null;
        };
        CreatedApiKey: {
            key: components["schemas"]["ApiKeyView"];
            /** @description Shown once: `Authorization: Bearer svt_…`. */
            secret: string;
        };
        /**
         * @description A currency by its ISO 4217 code. Both have two minor digits.
         * @enum {string}
         */
        Currency: "RSD" | "EUR";
        DecisionInput: {
            decision: components["schemas"]["ModeratorDecision"];
            /** @description Of `moderation.rules`; without it the one that the ad was held for. */
            rule?: string | null;
            /** @description For the seller. */
            note?: string | null;
        };
        /** @enum {string} */
        Delivery: "pickup" | "courier" | "post" | "seller";
        DeviceAnswer: {
            allow: boolean;
        };
        ErasureView: {
            /** Format: date-time */
            asked_at: string;
            /**
             * Format: date-time
             * @description Until then it can be taken back.
             */
            due_at: string;
        };
        ExportView: {
            /** Format: date-time */
            asked_at: string;
            /** @description It can be downloaded; before, it is being gathered. */
            ready: boolean;
            /** Format: date-time */
            expires_at: string;
            /** Format: int64 */
            bytes?: number | null;
        };
        FacetView: components["schemas"]["BucketView"][] | components["schemas"]["AttributeFacet"];
        FactorResetForm: {
            /** @description How it was made sure that it is them; the person may read it. */
            reason: string;
        };
        /** @example reset_01jd8zk3vme7g9x0q4c5r6s7t8 */
        FactorResetId: string;
        FactorResetList: {
            items: components["schemas"]["FactorResetView"][];
        };
        FactorResetView: {
            id: components["schemas"]["FactorResetId"];
            account_id: components["schemas"]["AccountId"];
            account_name: string;
            reason: string;
            asked_by: components["schemas"]["AccountId"];
            /** @description Empty: the account is gone. */
            asked_by_name: string;
            /** Format: date-time */
            asked_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        /** @description The ways into the account. */
        Factors: {
            password: boolean;
            /**
             * Format: date-time
             * @description Since when an authenticator application is asked for its code.
             */
            totp_since?: string | null;
            passkeys: components["schemas"]["PasskeyView"][];
            /** Format: int64 */
            recovery_codes_left: number;
            /** @description The telephone that a code may go to. */
            phone?: string | null;
            /** @description Where the second factor is not asked. */
            trusted_devices: components["schemas"]["TrustedDeviceView"][];
            reset?: null | components["schemas"]["ResetAsked"];
            /** @description The person was proven recently: ways in may be changed without a step-up. */
            confirmed: boolean;
        };
        FavouriteIdsView: {
            ids: components["schemas"]["ListingId"][];
        };
        FavouriteView: {
            /** Format: date-time */
            at: string;
            price_then: components["schemas"]["Price"];
            price_change?: null | components["schemas"]["PriceChange"];
            listing: components["schemas"]["KeptListing"];
        };
        /** @description One field's fault, in the reader's language. */
        FieldMessage: {
            /**
             * @description JSON Pointer into the body, or the name of a parameter or header.
             * @example /price/amount_minor
             */
            field: string;
            code: string;
            message: string;
        };
        /**
         * @description How often a person wants to be written to.
         * @enum {string}
         */
        Frequency: "instant" | "daily" | "weekly" | "off";
        ImpersonationForm: {
            /** @description What they asked for help with; the person may read it. */
            reason: string;
        };
        /** @example impersonation_01jd8zk3vme7g9x0q4c5r6s7t8 */
        ImpersonationId: string;
        ImpersonationView: {
            id: components["schemas"]["ImpersonationId"];
            /** Format: date-time */
            until: string;
        };
        /** @example invitation_01jd8zk3vme7g9x0q4c5r6s7t8 */
        InvitationId: string;
        InvitationList: {
            items: components["schemas"]["InvitationView"][];
        };
        InvitationView: {
            id: components["schemas"]["InvitationId"];
            email: string;
            role: components["schemas"]["ShopRole"];
            /** @description What who invites calls themselves. */
            invited_by: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        InviteForm: {
            /** Format: email */
            email: string;
            role: components["schemas"]["ShopRole"];
        };
        InvitedView: {
            shop: string;
            /** @description The address that is invited: its account alone may accept. */
            email: string;
            role: components["schemas"]["ShopRole"];
            invited_by: string;
            /** Format: date-time */
            expires_at: string;
            /** @description The account that asks has this address; absent for who is not signed in. */
            yours?: boolean | null;
        };
        KeptCategory: {
            id: string;
        };
        /** @description An ad as a card shows it, in the reader's script. */
        KeptListing: {
            id: components["schemas"]["ListingId"];
            title: string;
            price: components["schemas"]["Price"];
            previous_price?: null | components["schemas"]["Money"];
            condition?: null | components["schemas"]["Condition"];
            category: components["schemas"]["KeptCategory"];
            place: components["schemas"]["KeptPlace"];
            point: components["schemas"]["Point"];
            picture?: null | components["schemas"]["Picture"];
            picture_count: number;
            seller: components["schemas"]["KeptSeller"];
            state: components["schemas"]["ListingState"];
            /** Format: date-time */
            refreshed_at: string;
        };
        KeptPlace: {
            name: string;
        };
        KeptSeller: {
            id: components["schemas"]["UserId"];
            name: string;
            kind: components["schemas"]["SellerKind"];
        };
        LabelView: {
            name: string;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            kind: components["schemas"]["PlaceKind"];
            /** @description 0 is the most important one of the answer. */
            rank: number;
        };
        LabelsView: {
            items: components["schemas"]["LabelView"][];
            attribution: string;
        };
        /**
         * @description A language and script that the platform speaks (BCP 47 tags).
         * @enum {string}
         */
        Language: "sr-Latn" | "sr-Cyrl" | "ru" | "en";
        LinkForm: {
            token: string;
        };
        /** @description An account elsewhere that opens this one. */
        LinkedUpstream: {
            upstream: components["schemas"]["UpstreamView"];
            /** @description As the provider knew it then. */
            email?: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_used_at?: string | null;
        };
        LinkedUpstreamList: {
            items: components["schemas"]["LinkedUpstream"][];
        };
        /** @description In the reader's language and script. */
        Listing: {
            id: components["schemas"]["ListingId"];
            /**
             * Format: int64
             * @description Grows with every change: the entity tag that an edit names.
             */
            version: number;
            state: components["schemas"]["ListingState"];
            title: string;
            description: string;
            original?: null | components["schemas"]["ListingOriginal"];
            /** @description Of what was written. */
            language: components["schemas"]["Language"];
            category?: null | components["schemas"]["ListingCategory"];
            price?: null | components["schemas"]["Price"];
            price_other?: null | components["schemas"]["Money"];
            previous_price?: null | components["schemas"]["Money"];
            /** @description Newest first. */
            price_history: components["schemas"]["ListingPrice"][];
            condition?: null | components["schemas"]["Condition"];
            attributes: components["schemas"]["ListingAttribute"][];
            place?: null | components["schemas"]["ListingPlaceView"];
            delivery: components["schemas"]["Delivery"][];
            contact: components["schemas"]["ListingContact"];
            pictures: components["schemas"]["Picture"][];
            seller: components["schemas"]["ListingSeller"];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            published_at?: string | null;
            /**
             * Format: date-time
             * @description Of the last publishing or renewal.
             */
            refreshed_at: string;
            /** Format: date-time */
            expires_at?: string | null;
            /** Format: date-time */
            sold_at?: string | null;
            /** @description Whether the reader keeps it. */
            favourite: boolean;
            /** @description Whether it is the reader's. */
            own: boolean;
            reason?: null | components["schemas"]["StatementOfReasons"];
        };
        ListingAppeal: {
            id: components["schemas"]["AppealId"];
            listing: components["schemas"]["Listing"];
            text: string;
            /** Format: date-time */
            created_at: string;
            decision: components["schemas"]["StatementOfReasons"];
            /** @description Whether the reader made the decision. */
            own_decision: boolean;
        };
        ListingAttribute: {
            key: string;
            name: string;
            kind: string;
            /** @description As it is stored: options by their keys. */
            value: unknown;
            /** @description With its unit, options by their names. */
            text: string;
            unit?: string | null;
        };
        /** @description In the reader's language and script. A result of search has the same fields. */
        ListingCard: {
            id: components["schemas"]["ListingId"];
            title: string;
            price: components["schemas"]["Price"];
            price_other?: null | components["schemas"]["Money"];
            previous_price?: null | components["schemas"]["Money"];
            condition?: null | components["schemas"]["Condition"];
            category: components["schemas"]["ListingCardCategory"];
            attributes: components["schemas"]["ListingCardAttribute"][];
            place: components["schemas"]["ListingCardPlace"];
            /** @description Of a private seller: the middle of a cell of some 500 m. */
            point: components["schemas"]["Point"];
            picture?: null | components["schemas"]["Picture"];
            picture_count: number;
            seller: components["schemas"]["ListingCardSeller"];
            state: components["schemas"]["ListingState"];
            /**
             * Format: date-time
             * @description Of the last publishing or renewal.
             */
            refreshed_at: string;
        };
        ListingCardAttribute: {
            key: string;
            /** @description "2015", "180.000 km", "Dizel" */
            text: string;
        };
        ListingCardCategory: {
            id: string;
            name: string;
        };
        ListingCardPlace: {
            name: string;
            parent_name?: string | null;
        };
        ListingCardSeller: {
            id: components["schemas"]["UserId"];
            name: string;
            kind: components["schemas"]["SellerKind"];
        };
        ListingCategory: {
            id: string;
            name: string;
            path: components["schemas"]["CategoryStep"][];
        };
        ListingContact: {
            show_phone: boolean;
            viber: boolean;
            whatsapp: boolean;
            /** @description For its owner alone; others ask for it. */
            phone?: string | null;
        };
        ListingContactInput: {
            phone?: string | null;
            show_phone?: boolean | null;
            viber?: boolean | null;
            whatsapp?: boolean | null;
        };
        /** @example listing_01jd8zk3vme7g9x0q4c5r6s7t8 */
        ListingId: string;
        /** @description JSON merge patch (RFC 7396): what is absent stays, null clears. */
        ListingInput: {
            title?: string | null;
            description?: string | null;
            /** @description Id of a leaf category. */
            category?: string | null;
            price?: null | components["schemas"]["Price"];
            condition?: null | components["schemas"]["Condition"];
            /** @description By attribute key; null takes one away. */
            attributes?: {
                [key: string]: unknown;
            } | null;
            place_id?: null | components["schemas"]["PlaceId"];
            point?: null | components["schemas"]["Point"];
            delivery?: components["schemas"]["Delivery"][] | null;
            contact?: null | components["schemas"]["ListingContactInput"];
            language?: null | components["schemas"]["Language"];
            /** @description All pictures in their order. */
            media?: components["schemas"]["MediaId"][] | null;
        };
        ListingOriginal: {
            title: string;
            description: string;
            language: components["schemas"]["Language"];
        };
        ListingPlaceView: {
            id: components["schemas"]["PlaceId"];
            name: string;
            parent_name?: string | null;
            country: string;
            /** @description Of a private seller: the middle of a cell of some 500 m. */
            point: components["schemas"]["Point"];
        };
        ListingPrice: {
            price: components["schemas"]["Price"];
            /** Format: date-time */
            at: string;
        };
        ListingPriceHistory: {
            /** @description Newest first. */
            items: components["schemas"]["ListingPrice"][];
        };
        ListingReport: {
            id: components["schemas"]["ReportId"];
            listing: components["schemas"]["Listing"];
            reason: components["schemas"]["ReportReason"];
            text: string;
            /** Format: date-time */
            created_at: string;
        };
        ListingSeller: {
            id: components["schemas"]["UserId"];
            name: string;
            kind: components["schemas"]["SellerKind"];
            /** Format: date-time */
            since: string;
            /**
             * Format: int64
             * @description Counted to 1,000.
             */
            live_count: number;
        };
        /**
         * @description The life of an ad.
         * @enum {string}
         */
        ListingState: "draft" | "in_review" | "live" | "reserved" | "sold" | "paused" | "expired" | "archived" | "refused" | "removed" | "purged";
        ListingStatistics: {
            /** Format: int64 */
            views: number;
            /** Format: int64 */
            reveals: number;
            /**
             * Format: int64
             * @description Counted to 1,000.
             */
            favourites: number;
            /** @description Days with views, oldest first. */
            by_day?: components["schemas"]["ListingViewsOfDay"][] | null;
        };
        ListingViewsOfDay: {
            /** Format: date */
            day: string;
            /** Format: int64 */
            views: number;
        };
        /** @description A text in every language of the platform. */
        LocalText: {
            /** @description Serbian, Latin script. */
            sr: string;
            /** @description Serbian, Cyrillic script. None in the files where transliterating `sr` gives it; see [`Taxonomy::with_cyrillic`]. */
            sr_cyrl?: string | null;
            ru: string;
            en: string;
        };
        Me: {
            account_id: components["schemas"]["AccountId"];
            user_id: components["schemas"]["UserId"];
            email: string;
            display_name: string;
            language: components["schemas"]["Language"];
            /** @description False for an account that is entered by passkeys or codes alone. */
            has_password: boolean;
            roles: components["schemas"]["Role"][];
            /** Format: date-time */
            created_at: string;
            theme?: string | null;
            /**
             * Format: date-time
             * @description One of support looks at the platform in this person's place until then, and can change nothing.
             */
            support_until?: string | null;
        };
        MePatch: {
            display_name?: string | null;
            language?: null | components["schemas"]["Language"];
            /** @description `light`, `dark` or `system`. */
            theme?: string | null;
        };
        /** @example media_01jd8zk3vme7g9x0q4c5r6s7t8 */
        MediaId: string;
        MemberView: {
            user_id: components["schemas"]["UserId"];
            display_name: string;
            role: components["schemas"]["ShopRole"];
            /** Format: date-time */
            since: string;
            /** @description It is the person who asks. */
            you: boolean;
        };
        ModerationNumbers: {
            /** Format: int64 */
            in_review: number;
            /** Format: date-time */
            oldest_in_review?: string | null;
            /** Format: int64 */
            reports_open: number;
            /** Format: int64 */
            appeals_open: number;
            /** Format: int64 */
            decided_today: number;
            /** Format: int64 */
            automated_today: number;
            /** Format: int64 */
            refused_today: number;
        };
        ModerationRule: {
            id: string;
            text: string;
        };
        ModerationRules: {
            items: components["schemas"]["ModerationRule"][];
        };
        /** @enum {string} */
        ModeratorDecision: "approve" | "refuse" | "remove";
        /** @description An amount in minor units (para, cent) and its currency. Never a float. */
        Money: {
            /**
             * Format: int64
             * @description Minor units: 12.500,00 € is 1250000.
             */
            amount_minor: number;
            currency: components["schemas"]["Currency"];
        };
        MyListing: components["schemas"]["Listing"] & {
            statistics: components["schemas"]["ListingStatistics"];
        };
        NewPasskeyForm: {
            state: string;
            /** @description The browser's answer (WebAuthn Level 3, §5.1, `toJSON`). */
            credential: Record<string, never>;
            /** @description What its owner calls it. */
            name: string;
        };
        NewPasswordForm: {
            token: string;
            /**
             * Format: password
             * @description May be left out by an account that has none: a new passkey takes its place.
             */
            password?: string | null;
        };
        NewSavedSearch: {
            /** @description Without it: made of the words, the category, the place and the price. */
            name?: string | null;
            /**
             * @description The query string of the search page, with at least one condition.
             * @example q=golf+7&price_max=800000&currency=EUR
             */
            query: string;
            frequency?: components["schemas"]["Frequency"];
        };
        /** @description One's own page, with what only oneself sees. */
        OwnSellerView: components["schemas"]["SellerView"] & {
            /** @description Whether to write when a kept ad gets cheaper. */
            price_mail: boolean;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_AlertView: {
            items: {
                listing: components["schemas"]["Card"];
                kind: components["schemas"]["AlertKind"];
                /** Format: date-time */
                at: string;
            }[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_AuditEntry: {
            items: {
                /** Format: int64 */
                id: number;
                /** Format: date-time */
                at: string;
                /** @description An account, or the part of the platform that did it. */
                actor: string;
                action: string;
                listing?: null | components["schemas"]["ListingId"];
                details: Record<string, never>;
            }[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_FavouriteView: {
            items: {
                /** Format: date-time */
                at: string;
                price_then: components["schemas"]["Price"];
                price_change?: null | components["schemas"]["PriceChange"];
                listing: components["schemas"]["KeptListing"];
            }[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_ListingAppeal: {
            items: {
                id: components["schemas"]["AppealId"];
                listing: components["schemas"]["Listing"];
                text: string;
                /** Format: date-time */
                created_at: string;
                decision: components["schemas"]["StatementOfReasons"];
                /** @description Whether the reader made the decision. */
                own_decision: boolean;
            }[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_ListingCard: {
            items: {
                id: components["schemas"]["ListingId"];
                title: string;
                price: components["schemas"]["Price"];
                price_other?: null | components["schemas"]["Money"];
                previous_price?: null | components["schemas"]["Money"];
                condition?: null | components["schemas"]["Condition"];
                category: components["schemas"]["ListingCardCategory"];
                attributes: components["schemas"]["ListingCardAttribute"][];
                place: components["schemas"]["ListingCardPlace"];
                /** @description Of a private seller: the middle of a cell of some 500 m. */
                point: components["schemas"]["Point"];
                picture?: null | components["schemas"]["Picture"];
                picture_count: number;
                seller: components["schemas"]["ListingCardSeller"];
                state: components["schemas"]["ListingState"];
                /**
                 * Format: date-time
                 * @description Of the last publishing or renewal.
                 */
                refreshed_at: string;
            }[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_ListingReport: {
            items: {
                id: components["schemas"]["ReportId"];
                listing: components["schemas"]["Listing"];
                reason: components["schemas"]["ReportReason"];
                text: string;
                /** Format: date-time */
                created_at: string;
            }[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_MyListing: {
            items: (components["schemas"]["Listing"] & {
                statistics: components["schemas"]["ListingStatistics"];
            })[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_QueueItem: {
            items: {
                listing: components["schemas"]["Listing"];
                reasons: components["schemas"]["RiskReason"][];
                /** Format: date-time */
                queued_at: string;
                /** @description Ads with the same text or pictures. */
                similar: components["schemas"]["SimilarListing"][];
            }[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        /** @description A page of a keyset listing: `cursor` is absent on the last page. */
        Page_ViewedView: {
            items: {
                /** Format: date-time */
                at: string;
                listing: components["schemas"]["KeptListing"];
            }[];
            /** @description Opaque: hand it back as `cursor` to get the next page. */
            cursor?: string | null;
        };
        PasskeyCreated: {
            id: components["schemas"]["PasskeyId"];
        };
        PasskeyForm: {
            state: string;
            /** @description The browser's answer (WebAuthn Level 3, §5.1, `toJSON`). */
            credential: Record<string, never>;
            /** @default true */
            remember: boolean;
        };
        /** @example passkey_01jd8zk3vme7g9x0q4c5r6s7t8 */
        PasskeyId: string;
        PasskeyPatch: {
            name: string;
        };
        PasskeyView: {
            id: components["schemas"]["PasskeyId"];
            name: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_used_at?: string | null;
        };
        PasswordForm: {
            /**
             * Format: password
             * @description Left out by an account that has none yet.
             */
            current?: string | null;
            /** Format: password */
            new: string;
        };
        PhoneCode: {
            code: string;
        };
        PhoneForm: {
            /** @description As people write it: `064/123-45-67`, `+381641234567`. */
            phone: string;
        };
        /** @description The form of an upload, for the document. */
        PhotoForm: {
            /** Format: binary */
            file: string;
        };
        /** @description What a page needs to show a picture. */
        Picture: {
            id: components["schemas"]["MediaId"];
            /**
             * Format: int32
             * @description Pixels of the largest variant.
             */
            width: number;
            /** Format: int32 */
            height: number;
            /** @description ThumbHash, base64: the blurred preview. */
            thumbhash: string;
            /** @description `/media/{content hash}`: append `/{width}.jpg`, `.webp` or `.avif`. */
            base_url: string;
            /** @description Widths that exist, ascending. */
            widths: number[];
        };
        /** @example place_01jd8zk3vme7g9x0q4c5r6s7t8 */
        PlaceId: string;
        /**
         * @description What a place is.
         * @enum {string}
         */
        PlaceKind: "city" | "town" | "village" | "municipality" | "quarter";
        /** @description A place in the reader's language. */
        PlaceView: {
            id: components["schemas"]["PlaceId"];
            /** @description In the reader's language and script. */
            name: string;
            name_latn: string;
            name_cyrl: string;
            /** @description "Voždovac, Beograd" */
            parent_name?: string | null;
            parent_id?: null | components["schemas"]["PlaceId"];
            /** @description ISO 3166-1 alpha-2, and XK. */
            country: string;
            kind: components["schemas"]["PlaceKind"];
            point: components["schemas"]["Point"];
            /** @description False: the point is the middle of something larger. */
            precise: boolean;
            /**
             * Format: int32
             * @description 0: not known.
             */
            population: number;
            postal_code?: string | null;
        };
        PlacesView: {
            items: components["schemas"]["PlaceView"][];
            /**
             * @description To be shown with them.
             * @example GeoNames, CC BY 4.0
             */
            attribution: string;
        };
        /** @description WGS 84 degrees. */
        Point: {
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
        };
        /** @description What is asked for it. */
        Price: {
            /** Format: int64 */
            amount_minor: number;
            currency: components["schemas"]["Currency"];
            /** @enum {string} */
            kind: "fixed";
        } | {
            /** @enum {string} */
            kind: "agreement";
        } | {
            /** @enum {string} */
            kind: "free";
        } | {
            /** @enum {string} */
            kind: "contact";
        };
        /** @description How a fixed price changed, where both are in one currency. */
        PriceChange: {
            /**
             * Format: int64
             * @description Negative: cheaper than it was when it was kept.
             */
            amount_minor: number;
            currency: components["schemas"]["Currency"];
        };
        PriceHint: {
            /**
             * Format: int64
             * @description Ads that were compared, at most 500.
             */
            count: number;
            /**
             * Format: int64
             * @description Minor units; a tenth asks less than `low`, a tenth more than `high`.
             */
            median: number;
            /** Format: int64 */
            low: number;
            /** Format: int64 */
            high: number;
            currency: components["schemas"]["Currency"];
        };
        /**
         * @description The kinds of [`crate::listings::Price`].
         * @enum {string}
         */
        PriceKind: "fixed" | "agreement" | "free" | "contact";
        PrivacyView: {
            erasure?: null | components["schemas"]["ErasureView"];
            export?: null | components["schemas"]["ExportView"];
            applications: components["schemas"]["ApplicationView"][];
            retention: components["schemas"]["RuleView"][];
        };
        /** @description The document; further members are the values that the title names. */
        ProblemDocument: {
            /**
             * @description `/problems/<code>`.
             * @example /problems/listing.sold
             */
            type: string;
            /** @description In the reader's language. */
            title: string;
            /** Format: int32 */
            status: number;
            /**
             * @description Stable: what programs compare.
             * @example listing.sold
             */
            code: string;
            /** @description The path that was asked. */
            instance?: string | null;
            /** @description To quote to the staff. */
            request_id?: string | null;
            errors?: components["schemas"]["FieldMessage"][];
        };
        QueueItem: {
            listing: components["schemas"]["Listing"];
            reasons: components["schemas"]["RiskReason"][];
            /** Format: date-time */
            queued_at: string;
            /** @description Ads with the same text or pictures. */
            similar: components["schemas"]["SimilarListing"][];
        };
        /** @description Least and greatest value; of the price in minor units of the query's currency. */
        RangeView: {
            /** Format: double */
            min: number;
            /** Format: double */
            max: number;
        };
        Rates: {
            /**
             * @description RSD for one EUR, exact.
             * @example 117.1742
             */
            rsd_per_eur: string;
            /** Format: date-time */
            valid_from: string;
        };
        RatesInput: {
            /**
             * @description With a point and at most six decimals; 1 to 10,000.
             * @example 117.1742
             */
            rsd_per_eur: string;
            /**
             * Format: date-time
             * @description Now unless said otherwise.
             */
            valid_from?: string | null;
        };
        /** @description Why a person should look, or why the machine refused. */
        Reason: {
            rule: string;
            /**
             * Format: int32
             * @description 0–100: how sure the machine is.
             */
            score: number;
            /** @description What was found: words, ids of other ads, amounts. */
            detail: Record<string, never>;
        };
        /** @description Shown once: only their hashes are kept. */
        RecoveryCodes: {
            recovery_codes: string[];
        };
        RecoveryForm: {
            /** Format: email */
            email: string;
        };
        /** @example report_01jd8zk3vme7g9x0q4c5r6s7t8 */
        ReportId: string;
        ReportInput: {
            reason: components["schemas"]["ReportReason"];
            text?: string;
        };
        /**
         * @description What a reader says is wrong with an ad.
         * @enum {string}
         */
        ReportReason: "spam" | "fraud" | "forbidden" | "wrong_category" | "duplicate" | "offensive" | "other";
        ResetAsked: {
            /** @description As support wrote it. */
            reason: string;
            /** Format: date-time */
            asked_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        RiskReason: components["schemas"]["Reason"] & {
            rule_text: string;
            /** @description `detail` in words. */
            facts: string;
        };
        /**
         * @description What an account may be. Rights follow from roles by policy only.
         * @enum {string}
         */
        Role: "visitor" | "member" | "trader" | "support" | "moderator" | "operator" | "machine";
        RolesForm: {
            roles: components["schemas"]["Role"][];
        };
        RotationForm: {
            /**
             * @description The old keys are trusted no more from now on: for a key that leaked. All their tokens end.
             * @default false
             */
            at_once: boolean;
        };
        /** @description How long what is kept. */
        RuleView: {
            /** @description `ended_session`, `security_event`, `export`, … */
            what: string;
            /** Format: int32 */
            kept_days: number;
            /** @description `contract`, `security`, `consent` or `law`. */
            why: string;
        };
        /** @example search_01jd8zk3vme7g9x0q4c5r6s7t8 */
        SavedSearchId: string;
        SavedSearchPatch: {
            name?: string | null;
            frequency?: null | components["schemas"]["Frequency"];
        };
        SavedSearchView: {
            id: components["schemas"]["SavedSearchId"];
            name: string;
            /** @description The query string of the search page, as it was understood. */
            query: string;
            frequency: components["schemas"]["Frequency"];
            /** Format: date-time */
            created_at: string;
            /**
             * Format: int64
             * @description Ads found since its owner last looked, counted to 1,000.
             */
            new_count: number;
        };
        SavedSearches: {
            items: components["schemas"]["SavedSearchView"][];
        };
        SearchAnswer: {
            items: components["schemas"]["Card"][];
            /** Format: int64 */
            total: number;
            total_exact: boolean;
            /** @description By parameter: `category`, `condition`, `price`, `attr.fuel`. Each counts as if its own filter were not there. */
            facets?: {
                [key: string]: components["schemas"]["FacetView"];
            } | null;
            /** @description Counting ran out of time: counts are lower bounds. */
            facets_partial?: boolean;
            /** @description Of the next page. */
            cursor?: string | null;
            understood: components["schemas"]["Understood"];
        };
        SecondFactor: {
            methods: components["schemas"]["SecondMethod"][];
            /** @description A passkey would do instead of everything. */
            passkeys: boolean;
        };
        SecondFactorForm: {
            method: components["schemas"]["SecondMethod"];
            code: string;
            /**
             * @description Do not ask on this device for thirty days; by a code of the authenticator only.
             * @default false
             */
            trust_device: boolean;
        };
        /** @enum {string} */
        SecondMethod: "totp" | "recovery_code";
        SecurityEventList: {
            items: components["schemas"]["SecurityEventView"][];
        };
        SecurityEventView: {
            /** Format: date-time */
            at: string;
            /** @description `signed_in`, `password_changed`, `totp_added`, … */
            kind: string;
            /** @description Done by the account itself. */
            own: boolean;
            device?: string | null;
            ip_prefix?: string | null;
        };
        /** @enum {string} */
        SellerKind: "person" | "trader";
        /** @description JSON merge patch: what is absent stays, null clears. */
        SellerPatch: {
            about?: string | null;
            price_mail?: boolean | null;
        };
        SellerView: {
            id: components["schemas"]["UserId"];
            name: string;
            kind: components["schemas"]["SellerKind"];
            /** Format: date-time */
            since: string;
            /** Format: int64 */
            live_count: number;
            about?: string | null;
        };
        /** @description Who has just signed in; the session itself is in the cookie. */
        Session: {
            me: components["schemas"]["Me"];
            /**
             * Format: date-time
             * @description The person asked to be erased and is so then, unless they take it back (`identity.cancel_erasure`).
             */
            erasure_due_at?: string | null;
        };
        /** @example session_01jd8zk3vme7g9x0q4c5r6s7t8 */
        SessionId: string;
        SessionList: {
            items: components["schemas"]["SessionView"][];
        };
        SessionView: {
            id: components["schemas"]["SessionId"];
            /** @description "Firefox, Linux". */
            device: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_seen_at: string;
            /** @description This is the one that asks. */
            current: boolean;
            /** @description The network it began in: `203.0.113.0/24`. */
            ip_prefix: string;
        };
        ShopForm: {
            /** @description No telephone and no address in it. */
            name: string;
        };
        ShopList: {
            items: components["schemas"]["ShopView"][];
        };
        /**
         * @description What somebody is in a shop. What follows from it is the policy's.
         * @enum {string}
         */
        ShopRole: "owner" | "manager" | "member";
        ShopRoleForm: {
            role: components["schemas"]["ShopRole"];
        };
        ShopView: {
            id: components["schemas"]["TenantId"];
            name: string;
            /** Format: date-time */
            created_at: string;
            /** @description What the person who asks is in it. */
            role: components["schemas"]["ShopRole"];
            /**
             * Format: int64
             * @description How many they are.
             */
            members: number;
        };
        /** @description Who has just signed in, or what is still asked for: one of the two. */
        SignInAnswer: {
            me?: null | components["schemas"]["Me"];
            /**
             * Format: date-time
             * @description The person asked to be erased and is so then, unless they take it back (`identity.cancel_erasure`).
             */
            erasure_due_at?: string | null;
            second_factor?: null | components["schemas"]["SecondFactor"];
        };
        SignInForm: {
            email: string;
            /** Format: password */
            password: string;
            /**
             * @description Stay signed in when the browser is closed.
             * @default true
             */
            remember: boolean;
        };
        SignUpForm: {
            /** Format: email */
            email: string;
            /**
             * Format: password
             * @description Any script; 8 to 256 characters. Without one the person makes a passkey once the address is proven.
             */
            password?: string | null;
            display_name: string;
            language: components["schemas"]["Language"];
            accept_terms: boolean;
        };
        SigningKeyList: {
            items: components["schemas"]["SigningKeyView"][];
        };
        SigningKeyView: {
            kid: string;
            alg: string;
            /**
             * Format: date-time
             * @description It signs from then on.
             */
            active_at: string;
            /** Format: date-time */
            replaced_at?: string | null;
            /**
             * Format: date-time
             * @description It is in the key set until then.
             */
            expires_at?: string | null;
        };
        SimilarListing: {
            id: components["schemas"]["ListingId"];
            title: string;
            price?: null | components["schemas"]["Price"];
            picture?: null | components["schemas"]["Picture"];
            seller: components["schemas"]["SimilarSeller"];
            state: components["schemas"]["ListingState"];
        };
        SimilarSeller: {
            id: components["schemas"]["UserId"];
            name: string;
        };
        StatementAppeal: {
            /** @description `open`, `upheld` (the decision stands) or `reversed`. */
            state: string;
            text: string;
            /** Format: date-time */
            at: string;
            answer?: string | null;
        };
        /** @description Why an ad was refused or removed (DSA article 17). */
        StatementOfReasons: {
            rule: string;
            rule_text: string;
            /** @description Whether a machine decided alone. */
            automated: boolean;
            facts: string;
            /** Format: date-time */
            decided_at: string;
            /** Format: date-time */
            appeal_until: string;
            appeal?: null | components["schemas"]["StatementAppeal"];
        };
        /** @description One way of proving it. */
        StepUpForm: {
            password: string;
            /** @enum {string} */
            method: "password";
        } | {
            code: string;
            /** @enum {string} */
            method: "mail";
        } | {
            code: string;
            /** @enum {string} */
            method: "totp";
        } | {
            code: string;
            /** @enum {string} */
            method: "recovery_code";
        } | {
            state: string;
            credential: Record<string, never>;
            /** @enum {string} */
            method: "passkey";
        };
        SuggestedCategory: {
            id: string;
            name: string;
            slug: string;
        };
        Suggestion: {
            text: string;
            kind: components["schemas"]["SuggestionKind"];
            category?: null | components["schemas"]["SuggestedCategory"];
            /**
             * Format: int64
             * @description Ads whose title begins so.
             */
            count?: number | null;
        };
        /** @enum {string} */
        SuggestionKind: "query" | "category";
        Suggestions: {
            items: components["schemas"]["Suggestion"][];
        };
        Team: {
            items: components["schemas"]["MemberView"][];
        };
        /** @example tenant_01jd8zk3vme7g9x0q4c5r6s7t8 */
        TenantId: string;
        TotpForm: {
            state: string;
            code: string;
        };
        TotpOfferView: {
            /** @description In base32, to be typed into the authenticator. */
            secret: string;
            /** @description To be shown as a square code: `otpauth://totp/…`. */
            uri: string;
            /** @description Goes back with the first code. */
            state: string;
        };
        /** @example device_01jd8zk3vme7g9x0q4c5r6s7t8 */
        TrustedDeviceId: string;
        TrustedDeviceView: {
            id: components["schemas"]["TrustedDeviceId"];
            device: string;
            ip_prefix: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_used_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        Understood: {
            chips: components["schemas"]["Chip"][];
            /** @description The query after typing errors were mended. */
            corrected?: string | null;
            /** @description What was given up so that something is found, as sentences. Never the price. */
            relaxed: string[];
        };
        UnsubscribeBody: {
            token: string;
        };
        UpstreamCodeForm: {
            code: string;
        };
        UpstreamCodeOrder: {
            /** @description Of the letter. */
            language: components["schemas"]["Language"];
        };
        UpstreamList: {
            items: components["schemas"]["UpstreamView"][];
        };
        UpstreamSignUpForm: {
            display_name: string;
            language: components["schemas"]["Language"];
            accept_terms: boolean;
        };
        /** @description A provider elsewhere that people may sign in by. */
        UpstreamView: {
            id: string;
            /** @description "Google". */
            name: string;
            brand: components["schemas"]["Brand"];
        };
        /** @example user_01jd8zk3vme7g9x0q4c5r6s7t8 */
        UserId: string;
        VerdictInput: {
            verdict: components["schemas"]["AppealVerdict"];
            answer: string;
        };
        ViewedView: {
            /** Format: date-time */
            at: string;
            listing: components["schemas"]["KeptListing"];
        };
        /** @description What a provider said of whoever sits at this browser. */
        WaitingView: {
            upstream: components["schemas"]["UpstreamView"];
            waits_for: components["schemas"]["WaitsFor"];
            email?: string | null;
            display_name?: string | null;
        };
        /** @enum {string} */
        WaitsFor: "confirm" | "sign_up" | "link";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "identity.sign_up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUpForm"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.verify_email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.sign_in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.sign_out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.request_recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoveryForm"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.complete_recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasswordForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.update_me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MePatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.change_password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordForm"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.list_sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.end_other_sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.end_session": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.authorization_request": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                request: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthorizationView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.device_request": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthorizationView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.answer_device": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceAnswer"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.list_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.create_key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.revoke_key": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ApiKeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.find_accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountSearch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.set_roles": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolesForm"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.complete_factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactorForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.request_code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeRequest"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.sign_in_by_code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.passkey_options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ceremony"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.sign_in_by_passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAnswer"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Factors"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.security_events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecurityEventList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.step_up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StepUpForm"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.confirm_totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TotpForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.begin_totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpOfferView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.remove_totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.renew_recovery_codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.begin_passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ceremony"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.add_passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasskeyForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyCreated"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.remove_passkey": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.rename_passkey": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyPatch"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.forget_device": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TrustedDeviceId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.privacy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrivacyView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.request_export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmForm"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.download_export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": number[];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.request_erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmForm"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.cancel_erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.withdraw_consent": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                client_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.account": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDossier"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.end_sessions_of": {
        parameters: {
            query?: {
                /** @description This one alone. */
                session?: components["schemas"]["SessionId"];
            };
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.request_factor_reset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FactorResetForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FactorResetView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.factor_resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FactorResetList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.approve_factor_reset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["FactorResetId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.withdraw_factor_reset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["FactorResetId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.refuse_factor_reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.register_client": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientCreated"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.renew_client_secret": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                client: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientSecret"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.disable_client": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                client: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.signing_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKeyList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.rotate_signing_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotationForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningKeyList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.impersonate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImpersonationForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImpersonationView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.end_impersonation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShopList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShopForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShopView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShopView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.update": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShopForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShopView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.close": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.team": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.set_role": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShopRoleForm"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.remove_member": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.leave": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.invitations": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.invite": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.revoke_invitation": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TenantId"];
                invitation: components["schemas"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.invitation": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitedView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "shops.accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShopView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.upstreams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.begin_upstream": {
        parameters: {
            query?: {
                return_to?: string;
                link?: string;
            };
            header?: never;
            path: {
                upstream: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider, or to the sign-in page that says what is wrong */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.upstream_callback": {
        parameters: {
            query?: {
                code?: string;
                state?: string;
                iss?: string;
                error?: string;
            };
            header?: never;
            path: {
                upstream: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description On into the site, or to the sign-in page that says what is wrong */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.upstream_form_callback": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upstream: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["AnswerForm"];
            };
        };
        responses: {
            /** @description To `identity.upstream_callback`, or to the sign-in page that says what is wrong */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.waiting_upstream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.send_upstream_code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamCodeOrder"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.confirm_upstream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamCodeForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.sign_up_by_upstream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamSignUpForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.linked_upstreams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkedUpstreamList"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.link_upstream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.unlink_upstream": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upstream: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.confirm_phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PhoneCode"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.request_phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PhoneForm"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "identity.remove_phone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "media.upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The file's bytes, or a form with the part `file` */
        requestBody: {
            content: {
                "application/octet-stream": number[];
                "multipart/form-data": components["schemas"]["PhotoForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Picture"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "media.get_upload": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MediaId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Picture"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "media.delete_upload": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MediaId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "geo.suggest": {
        parameters: {
            query?: {
                /** @description What was typed so far, in either script, or a postal code. Read to its 100th character. */
                q?: string;
                limit?: number;
                /** @description Of the names; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacesView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "geo.reverse": {
        parameters: {
            query: {
                lat: number;
                lon: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "geo.labels": {
        parameters: {
            query: {
                /**
                 * @description West, south, east, north in degrees.
                 * @example 18.8,41.8,23.1,46.2
                 */
                bbox: string;
                /** @description Of a map with tiles of 256 pixels. */
                zoom: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelsView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "geo.municipalities": {
        parameters: {
            query?: {
                /** @description Without it: the cities and municipalities of Serbia. */
                city?: components["schemas"]["PlaceId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacesView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "geo.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["PlaceId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "taxonomy.tree": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CategoryTree"];
                };
            };
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "taxonomy.guess": {
        parameters: {
            query?: {
                /** @description As far as it is typed. Read to its 200th character. */
                title?: string;
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CategoryGuesses"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "taxonomy.category": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Category"];
                };
            };
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "taxonomy.edit_category": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Category"];
                };
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "taxonomy.edit_attribute": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attribute"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.newest": {
        parameters: {
            query?: {
                /** @description Of the taxonomy, with all below it; all ads without it. */
                category?: string;
                lang?: string;
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ListingCard"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.create": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: {
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListingInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.mine": {
        parameters: {
            query?: {
                state?: components["schemas"]["ListingState"];
                lang?: string;
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_MyListing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.latest_draft": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.price_hint": {
        parameters: {
            query: {
                category: string;
                condition?: components["schemas"]["Condition"];
                currency?: components["schemas"]["Currency"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PriceHint"];
                };
            };
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.get": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.update": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header: {
                "If-Match": string;
            };
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListingInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.price_history": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListingPriceHistory"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.statistics": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListingStatistics"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.publish": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.pause": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.resume": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.renew": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.reserve": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.unreserve": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.sell": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.reveal_contact": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contact"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.count_view": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.report": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportInput"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "listings.appeal": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AppealInput"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "rates.get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rates"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "rates.set": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RatesInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rates"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.queue": {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_QueueItem"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.rules": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModerationRules"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.decide": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.reports": {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ListingReport"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.close_report": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ReportId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.appeals": {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ListingAppeal"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.decide_appeal": {
        parameters: {
            query?: {
                /** @description `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["AppealId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerdictInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listing"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.audit": {
        parameters: {
            query?: {
                listing?: string;
                /** @description `account_01j…` or the name of a job. */
                actor?: string;
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEntry"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "moderation.dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModerationNumbers"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.favourites": {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_FavouriteView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.favourite_ids": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FavouriteIdsView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.add_favourite": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.remove_favourite": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.viewed": {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ViewedView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.clear_viewed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.add_viewed": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listing_id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.own_seller": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnSellerView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.update_seller": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SellerPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnSellerView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.seller": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SellerView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "users.unsubscribe": {
        parameters: {
            query: {
                /** @description Of the letter's address. */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.search": {
        parameters: {
            query?: {
                /** @description In any of the four languages, either script, with or without diacritics. Read to its 160th character. */
                q?: string;
                /** @description Of the taxonomy, with all below it. */
                category?: string;
                /**
                 * @description West, south, east, north in degrees.
                 * @example 20.2,44.6,20.7,45.0
                 */
                bbox?: string;
                /** @description Where the reader is; with `lon`. */
                lat?: number;
                lon?: number;
                /** @description Around `lat` and `lon`. */
                radius_m?: number;
                place?: components["schemas"]["PlaceId"];
                /** @description Minor units of `currency`; prices in the other one are converted. */
                price_min?: number;
                price_max?: number;
                currency?: "RSD" | "EUR";
                /** @description `new,like_new,used,for_parts` */
                condition?: string;
                seller_kind?: "person" | "trader";
                /** @description `pickup,courier,post,seller` */
                delivery?: string;
                with_photo?: boolean;
                /** @description Published or renewed within so many days. */
                since_days?: number;
                /** @description Ads of one seller. */
                seller?: components["schemas"]["UserId"];
                /** @description Of the answer's texts; else `Accept-Language` decides. */
                lang?: string;
                sort?: "relevance" | "newest" | "price_asc" | "price_desc" | "distance";
                limit?: number;
                /** @description From the page before. */
                cursor?: string;
                /** @description Whether to count by filter. */
                facets?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchAnswer"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.suggest": {
        parameters: {
            query?: {
                /** @description What was typed so far. Read to its 80th character. */
                q?: string;
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Suggestions"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.clusters": {
        parameters: {
            query?: {
                /** @description In any of the four languages, either script, with or without diacritics. Read to its 160th character. */
                q?: string;
                /** @description Of the taxonomy, with all below it. */
                category?: string;
                /**
                 * @description West, south, east, north in degrees.
                 * @example 20.2,44.6,20.7,45.0
                 */
                bbox?: string;
                /** @description Where the reader is; with `lon`. */
                lat?: number;
                lon?: number;
                /** @description Around `lat` and `lon`. */
                radius_m?: number;
                place?: components["schemas"]["PlaceId"];
                /** @description Minor units of `currency`; prices in the other one are converted. */
                price_min?: number;
                price_max?: number;
                currency?: "RSD" | "EUR";
                /** @description `new,like_new,used,for_parts` */
                condition?: string;
                seller_kind?: "person" | "trader";
                /** @description `pickup,courier,post,seller` */
                delivery?: string;
                with_photo?: boolean;
                /** @description Published or renewed within so many days. */
                since_days?: number;
                /** @description Ads of one seller. */
                seller?: components["schemas"]["UserId"];
                /** @description Of the answer's texts; else `Accept-Language` decides. */
                lang?: string;
                zoom?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClustersView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.tile": {
        parameters: {
            query?: {
                /** @description In any of the four languages, either script, with or without diacritics. Read to its 160th character. */
                q?: string;
                /** @description Of the taxonomy, with all below it. */
                category?: string;
                /**
                 * @description West, south, east, north in degrees.
                 * @example 20.2,44.6,20.7,45.0
                 */
                bbox?: string;
                /** @description Where the reader is; with `lon`. */
                lat?: number;
                lon?: number;
                /** @description Around `lat` and `lon`. */
                radius_m?: number;
                place?: components["schemas"]["PlaceId"];
                /** @description Minor units of `currency`; prices in the other one are converted. */
                price_min?: number;
                price_max?: number;
                currency?: "RSD" | "EUR";
                /** @description `new,like_new,used,for_parts` */
                condition?: string;
                seller_kind?: "person" | "trader";
                /** @description `pickup,courier,post,seller` */
                delivery?: string;
                with_photo?: boolean;
                /** @description Published or renewed within so many days. */
                since_days?: number;
                /** @description Ads of one seller. */
                seller?: components["schemas"]["UserId"];
                /** @description Of the answer's texts; else `Accept-Language` decides. */
                lang?: string;
            };
            header?: never;
            path: {
                z: number;
                x: number;
                /** @description With or without `.mvt`. */
                y: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.mapbox-vector-tile": number[];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.similar": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ListingId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cards"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.list_saved": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedSearches"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.save": {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSavedSearch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedSearchView"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedSearchView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.unsubscribe": {
        parameters: {
            query?: {
                /** @description Of the letter's address. */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["UnsubscribeBody"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.delete_saved": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["SavedSearchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.update_saved": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["SavedSearchId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SavedSearchPatch"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedSearchView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "search.alerts": {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: string;
                /** @description Items a page. */
                limit?: number;
            };
            header?: never;
            path: {
                id: components["schemas"]["SavedSearchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AlertView"];
                };
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    "media.get_file": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Content hash, 64 hexadecimal digits */
                hash: string;
                /** @example 640.webp */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": number[];
                    "image/webp": number[];
                    "image/avif": number[];
                };
            };
            /** @description Unchanged */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong (RFC 9457) */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
}
