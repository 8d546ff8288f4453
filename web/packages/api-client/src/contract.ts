/**
 * Ties the hand-shaped types of `types.ts` to the API's own description. Nothing here runs: when the API says something
 * else than the site reads or sends, this file does not compile.
 */
import type { components } from "./schema";
import type * as site from "./types";

type Wire = components["schemas"];
type IsNullish<T> = undefined extends T ? true : null extends T ? true : false;

/**
 * Whether a value of the API's description can be read as the site's type. Absent and null are one. Where the description
 * is coarser (anything, any string, any object, a list of numbers), the site may know more.
 */
type Fits<From, To> = unknown extends From
  ? true
  : [From] extends [To]
    ? true
    : IsNullish<From> extends true
      ? IsNullish<To> extends true
        ? FitsValue<NonNullable<From>, NonNullable<To>>
        : false
      : FitsValue<From, NonNullable<To>>;

type FitsValue<From, To> = [From] extends [To]
  ? true
  : [string, number] extends [From, number]
    ? [To] extends [string]
      ? true
      : false
    : [From] extends [Record<string, never>]
      ? true
      : From extends readonly (infer F)[]
        ? To extends readonly (infer T)[]
          ? Fits<F, T>
          : false
        : string extends keyof From
          ? Fits<From[keyof From], To[keyof To]>
          : { [K in keyof To]-?: K extends keyof From ? Fits<From[K], To[K]> : IsNullish<To[K]> }[keyof To] extends true
            ? true
            : {
                [
                  K in keyof To as (K extends keyof From ? Fits<From[K], To[K]> : IsNullish<To[K]>) extends true
                    ? never
                    : K
                ]: To[K];
              };

/** Compiles for `true` alone; otherwise the message shows the fields that do not fit. */
type Expect<T extends true> = T;
/** What the API answers can be read as the site's type. */
type Reads<From, To> = Fits<From, To>;
/** What the site sends is what the API takes. */
type Sends<From, To> = Fits<From, To>;
/** The same values, both ways. */
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? true
    : { "only the site knows": Exclude<B, A> }
  : { "only the API knows": Exclude<A, B> };

export type Answers = [
  Expect<Same<Wire["Language"], site.Language>>,
  Expect<Same<Wire["Currency"], site.Currency>>,
  Expect<Same<Wire["Money"], site.Money>>,
  Expect<Same<Wire["Price"], site.Price>>,
  Expect<Same<Wire["PriceKind"], site.PriceKind>>,
  Expect<Same<Wire["Condition"], site.Condition>>,
  Expect<Same<Wire["Delivery"], site.Delivery>>,
  Expect<Same<Wire["ListingState"], site.ListingState>>,
  Expect<Same<Wire["Point"], site.Point>>,
  Expect<Same<Wire["ReportReason"], site.ReportReason>>,
  Expect<Same<Wire["Suggestion"]["kind"], site.Suggestion["kind"]>>,
  Expect<Same<Wire["Frequency"], site.SavedSearch["frequency"]>>,
  Expect<Same<Wire["SellerKind"], site.SellerView["kind"]>>,
  Expect<Reads<Wire["Picture"], site.Picture>>,
  Expect<Reads<Wire["AuthorizationView"], site.AuthorizationView>>,
  Expect<Reads<Wire["Me"], site.Me>>,
  Expect<Reads<Wire["Session"], site.Session>>,
  Expect<Reads<Wire["SessionView"], site.DeviceSession>>,
  Expect<Reads<Wire["SignInAnswer"], site.SignInAnswer>>,
  Expect<Reads<Wire["Factors"], site.Factors>>,
  Expect<Reads<Wire["UpstreamView"], site.Upstream>>,
  Expect<Reads<Wire["WaitingView"], site.WaitingUpstream>>,
  Expect<Reads<Wire["LinkedUpstream"], site.LinkedUpstream>>,
  Expect<Reads<Wire["SecurityEventView"], site.SecurityEvent>>,
  Expect<Reads<Wire["TotpOfferView"], site.TotpOffer>>,
  Expect<Reads<Wire["RecoveryCodes"], site.RecoveryCodes>>,
  Expect<Reads<Wire["ApiKeyList"], site.ApiKeyList>>,
  Expect<Reads<Wire["AccountView"], site.AccountFound>>,
  Expect<Reads<Wire["AccountDossier"], site.AccountDossier>>,
  Expect<Reads<Wire["FactorResetView"], site.FactorReset>>,
  Expect<Reads<Wire["ClientView"], site.ClientView>>,
  Expect<Reads<Wire["ClientCreated"], site.ClientCreated>>,
  Expect<Reads<Wire["ClientSecret"], site.ClientSecret>>,
  Expect<Reads<Wire["SigningKeyView"], site.SigningKey>>,
  Expect<Reads<Wire["CreatedApiKey"], site.CreatedApiKey>>,
  Expect<Same<Wire["ShopRole"], site.ShopRole>>,
  Expect<Reads<Wire["ShopView"], site.Shop>>,
  Expect<Reads<Wire["MemberView"], site.ShopMember>>,
  Expect<Reads<Wire["InvitationView"], site.ShopInvitation>>,
  Expect<Reads<Wire["InvitedView"], site.Invited>>,
  Expect<Reads<Wire["PrivacyView"], site.Privacy>>,
  Expect<Reads<Wire["CategoryAttribute"], site.AttributeView>>,
  Expect<Reads<Wire["CategorySummary"], site.CategorySummary>>,
  Expect<Reads<Wire["CategoryTree"], site.CategoryTree>>,
  Expect<Reads<Wire["Category"], site.Category>>,
  Expect<Reads<Wire["CategoryGuess"], site.CategoryGuess>>,
  Expect<Reads<Wire["ListingAttribute"], site.ListingAttribute>>,
  Expect<Reads<Wire["StatementOfReasons"], site.StatementOfReasons>>,
  Expect<Reads<Wire["Listing"], site.Listing>>,
  Expect<Reads<Wire["MyListing"], site.MyListing>>,
  Expect<Reads<Wire["ListingStatistics"], site.ListingStatistics>>,
  Expect<Reads<Wire["PriceHint"], site.PriceHint>>,
  Expect<Reads<Wire["Contact"], site.Contact>>,
  Expect<Reads<Wire["Card"], site.Card>>,
  Expect<Reads<Wire["ListingCard"], site.Card>>,
  Expect<Reads<Omit<Wire["SearchAnswer"], "facets">, Omit<site.SearchAnswer, "facets">>>,
  Expect<Reads<Wire["AttributeFacet"], site.AttributeFacet>>,
  Expect<Reads<Wire["BucketView"], site.FacetBucket>>,
  Expect<Reads<Wire["Suggestion"], site.Suggestion>>,
  Expect<Reads<Wire["ClustersView"], site.Clusters>>,
  Expect<Reads<Wire["SavedSearchView"], site.SavedSearch>>,
  Expect<Reads<Wire["SellerView"], site.Seller>>,
  Expect<Reads<Wire["FavouriteView"], site.Favourite>>,
  Expect<Reads<Wire["PlaceView"], site.Place>>,
  Expect<Reads<Wire["Rates"], site.Rates>>,
  Expect<Reads<Wire["ProblemDocument"], site.Problem>>,
  Expect<Reads<Wire["QueueItem"], site.QueueItem>>,
  Expect<Reads<Wire["ModerationRule"], site.ModerationRule>>,
  Expect<Reads<Wire["ListingReport"], site.ListingReport>>,
  Expect<Reads<Wire["ListingAppeal"], site.ListingAppeal>>,
  Expect<Reads<Wire["AuditEntry"], site.AuditEntry>>,
  Expect<Same<Wire["ModerationNumbers"], site.ModerationNumbers>>,
];

export type Requests = [Expect<Sends<site.ListingInput, Wire["ListingInput"]>>];
