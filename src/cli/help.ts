/**
 * What `--help` says first: the questions people ask, as commands that run. No indentation:
 * yargs strips it.
 */
export const HELP_EXAMPLES = `Examples:
# up to how many accelerators does GPT-1.3B scale, on which fabric, at what cost?
fabricast run scenarios/questions/quickstart.yaml
# what will this give me?
fabricast simulate --model gpt-1.3b --cluster h100-fat-tree-2to1 --accelerators 256
# how far can I push it?
fabricast solve --model gpt-1.3b --cluster tpu-v5p --until 'efficiency >= 90%'
# how long does a collective take? (nccl-tests' columns)
fabricast collective all_reduce --cluster bare-fat-tree-1024 --ranks 1024 -b 1M -e 1G -f 4
# what is in the fabric?
fabricast topology show h100-torus --ranks 512

Usage: $0 <command> [options]`;
