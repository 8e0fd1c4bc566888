import type { Shell } from './shells.ts'

/*
 * Each script asks the command itself: `registry-client complete --current=WORD -- WORDS BEFORE`. It prints a line
 * for each candidate, as value, tab and description. A last line `:files` or `:folders` asks for paths, too.
 * Words are passed as they stand and are never evaluated: a command line can have "$(…)" in it.
 */

// COMP_WORDS splits at ":" and "=", which references and options have. So the line is split at spaces instead.
const BASH = `# bash completion for registry-client
_registry_client() {
  local line="\${COMP_LINE:0:COMP_POINT}" words current value description
  read -ra words <<< "$line"
  if [[ "$line" == *[[:space:]] ]]; then current=''; else current="\${words[-1]}"; unset 'words[-1]'; fi
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    case "$value" in
      :files) compopt -o default ;;
      :folders) compopt -o dirnames ;;
      --*=*) COMPREPLY+=("\${value#*=}") ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <(registry-client complete "--current=$current" -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _registry_client registry-client
`

const ZSH = `#compdef registry-client
# zsh completion for registry-client
_registry_client() {
  local value description paths
  local -a candidates
  while IFS=$'\\t' read -r value description; do
    case "$value" in
      :files|:folders) paths="$value" ;;
      *) candidates+=("\${value//:/\\\\:}:$description") ;;
    esac
  done < <(registry-client complete "--current=\${(Q)words[CURRENT]}" -- "\${(@Q)words[2,CURRENT-1]}" 2>/dev/null)
  case "$paths" in
    :files) _files ;;
    :folders) _files -/ ;;
    *) _describe 'registry-client' candidates ;;
  esac
}
if [ "\${funcstack[1]}" = _registry_client ]; then _registry_client "$@"; else compdef _registry_client registry-client; fi
`

const FISH = `# fish completion for registry-client
function __registry_client_complete
  set -l current (commandline -ct)
  set -l words (commandline -opc)
  for line in (registry-client complete "--current=$current" -- $words[2..] 2>/dev/null)
    switch $line
      case :files
        __fish_complete_path "$current"
      case :folders
        __fish_complete_directories "$current"
      case '*'
        echo $line
    end
  end
end
complete -c registry-client -f -a '(__registry_client_complete)'
`

// PowerShell completes files itself if there is no candidate.
const POWERSHELL = `# PowerShell completion for registry-client
Register-ArgumentCompleter -Native -CommandName registry-client -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  registry-client complete "--current=$wordToComplete" -- @words 2>$null | Where-Object { -not $_.StartsWith(':') } |
    ForEach-Object {
      $value, $description = $_ -split "\`t", 2
      if (-not $description) { $description = $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
    }
}
`

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL }

/** Returns the script that a shell reads to complete the command. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell]
}
