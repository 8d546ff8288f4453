"use client";

import { Button } from "@svetu/ui/button";
import { Dialog, type DialogProps } from "@svetu/ui/dialog";
import { HeartButton } from "@svetu/ui/heart";
import { Tabs } from "@svetu/ui/tabs";
import { ThemeSwitch } from "@svetu/ui/theme-switch";
import { toast } from "@svetu/ui/toast";
import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";

const SHAPES: NonNullable<DialogProps["shape"]>[] = ["dialog", "sheet", "side", "full"];

export function Dialogs() {
  const [open, setOpen] = useState<DialogProps["shape"] | null>(null);
  return (
    <>
      {SHAPES.map((shape) => (
        <Button key={shape} variant="secondary" onClick={() => setOpen(shape)}>
          {shape}
        </Button>
      ))}
      <Dialog
        open={open !== null}
        shape={open ?? "dialog"}
        title={open}
        closeLabel="Close"
        onClose={() => setOpen(null)}
        footer={<Button onClick={() => setOpen(null)}>Done</Button>}
      >
        The browser keeps the focus inside, closes it on Escape and on a press beside it.
      </Dialog>
    </>
  );
}

export function Hearts({ on: initial = false }: { on?: boolean }) {
  const [on, setOn] = useState(initial);
  return <HeartButton on={on} label={on ? "Forget" : "Keep"} onToggle={() => setOn(!on)} />;
}

export function TabsSample() {
  const tabs = ["First", "Second", "Third"].map((title) => ({ id: title, title, content: `${title} panel` }));
  return <Tabs label="Tabs" tabs={tabs} />;
}

export function Themes() {
  return (
    <ThemeSwitch
      initial="system"
      label="Theme"
      names={{ system: "System", light: "Light", dark: "Dark" }}
      icons={{
        system: <Monitor className="size-4" />,
        light: <Sun className="size-4" />,
        dark: <Moon className="size-4" />,
      }}
    />
  );
}

export function Toasts() {
  return (
    <>
      <Button variant="secondary" onClick={() => toast("It worked.")}>
        Good
      </Button>
      <Button variant="secondary" onClick={() => toast("It did not work.", "danger")}>
        Bad
      </Button>
    </>
  );
}
