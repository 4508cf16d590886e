/** Light or dark, and how much contrast: as the person has set it, else as the system has it. */

const LIGHT = window.matchMedia("(prefers-color-scheme: light)");
const MORE = window.matchMedia("(prefers-contrast: more)");

/** @param {Settings} settings followed from now on */
export function followAppearance(settings) {
  const apply = () => {
    const theme = settings.get("theme", "") || (LIGHT.matches ? "light" : "dark");
    const contrast = settings.get("contrast", "") || (MORE.matches ? "more" : "usual");
    Object.assign(document.documentElement.dataset, { theme, contrast });
  };
  for (const query of [LIGHT, MORE]) query.addEventListener("change", apply);
  for (const name of ["theme", "contrast"]) settings.changed(name, apply);
  apply();
}
