import { type FormEvent, useEffect, useRef } from "react";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const isControl = (element: Element): element is Control =>
  element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;

/** Puts a control back as the page has it by default, unless it was changed after `sent`. */
function putBack(control: Control, sent: FormData) {
  if (control instanceof HTMLSelectElement) {
    if (control.value !== sent.get(control.name)) return;
    for (const option of control.options) option.selected = option.defaultSelected;
  } else if (control instanceof HTMLInputElement && control.type === "checkbox") {
    const was = sent.getAll(control.name).includes(control.value);
    if (control.checked === was) control.checked = control.defaultChecked;
  } else if (control.value === sent.get(control.name)) {
    control.value = control.defaultValue;
  }
}

/**
 * React resets a form when its action has ended, and with it goes what was typed or ticked while the answer was under
 * way. Here only what was sent is reset: what is newer stays. Give the form `ref` and `onSubmit`.
 */
export function useNewer() {
  const ref = useRef<HTMLFormElement>(null);
  const sent = useRef<FormData | null>(null);
  useEffect(() => {
    const form = ref.current;
    if (!form) return;
    // React hears no events while it changes the page, and the reset is one of its changes.
    const keep = (event: Event) => {
      if (!sent.current) return;
      event.preventDefault();
      for (const element of form.elements) if (isControl(element)) putBack(element, sent.current);
    };
    form.addEventListener("reset", keep);
    return () => form.removeEventListener("reset", keep);
  }, []);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    sent.current = new FormData(event.currentTarget);
  };
  return { ref, sent, onSubmit };
}
