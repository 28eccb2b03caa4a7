# SPDX-License-Identifier: MIT
# fish completion for crm: asks the program itself (crm complete), records included.

function __crm_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :file
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current")
            case :directory
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- "$current")
            case '*'
                echo $line
        end
    end
end

complete -c crm -f -a '(__crm_complete)'
