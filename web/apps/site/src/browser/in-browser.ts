import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** What only a browser can tell, and tells once: false on the server, without script, and until the script runs. */
export const useInBrowser = (tell: () => boolean) => useSyncExternalStore(never, tell, () => false);
