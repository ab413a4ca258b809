// What axe-core finds on a page.
import { AxeBuilder } from '@axe-core/playwright';

/** One text for each violation: the rule, and each element with what is wrong with it. */
export async function violations(page) {
  // Without frames there is nothing that the other mode would find, and it opens a tab for each run.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`)}`);
}
