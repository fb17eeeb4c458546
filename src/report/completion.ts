/** Scripts for shells: the same words in three dialects. Ids are letters, digits and dashes. */
export interface CompletionWords {
  readonly commands: readonly { readonly name: string; readonly options: readonly string[] }[];
  readonly ids: readonly string[];
}

/** Undefined for a shell that is not known. */
export function completionScript(shell: string, words: CompletionWords): string | undefined {
  if (shell === "bash") return bash(words);
  if (shell === "zsh")
    return `#compdef fabricast\nautoload -U bashcompinit && bashcompinit\n${bash(words)}`;
  return shell === "fish" ? fish(words) : undefined;
}

function bash({ commands, ids }: CompletionWords): string {
  const cases = commands.map(({ name, options }) => `    ${name}) words="${options.join(" ")}" ;;`);
  return [
    "_fabricast() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${commands.map(({ name }) => name).join(" ")}"`,
    '  else case "${COMP_WORDS[1]}" in',
    ...cases,
    "  esac; fi",
    `  [ "$COMP_CWORD" -gt 1 ] && words="$words ${ids.join(" ")}"`,
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    "}",
    "complete -o default -F _fabricast fabricast",
    "",
  ].join("\n");
}

function fish({ commands, ids }: CompletionWords): string {
  const first = "__fish_use_subcommand";
  return [
    ...commands.map(({ name }) => `complete -c fabricast -n ${first} -a ${name}`),
    ...commands.flatMap(({ name, options }) =>
      options.map(
        (option) =>
          `complete -c fabricast -n "__fish_seen_subcommand_from ${name}" -l ${option.slice(2)}`,
      ),
    ),
    `complete -c fabricast -n "not ${first}" -a "${ids.join(" ")}"`,
    "",
  ].join("\n");
}
