import type { samples } from "../samples.ts";
import type { Page } from "./page.ts";
import { agreement } from "./pages/agreement.ts";
import { charge } from "./pages/charge.ts";
import { conveyance } from "./pages/conveyance.ts";
import { deed } from "./pages/deed.ts";
import { lease } from "./pages/lease.ts";
import { register } from "./pages/register.ts";
import { titlePlan } from "./pages/title-plan.ts";
import { transfer } from "./pages/transfer.ts";

/** The drawing of each sample page, by document type. */
export const pages: Readonly<Record<(typeof samples)[number]["documentType"], Page>> = {
  lease,
  register,
  transfer,
  conveyance,
  charge,
  agreement,
  deed,
  title_plan: titlePlan,
};
